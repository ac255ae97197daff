import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.profiles.Profiles;

/**
 * Says whether each file, with its imports, is OWL 2 DL: one line per violation and exit code 1 if there is any.
 *
 * An import is read from the folder of the importing file: the last step of its IRI names the file. The network is never
 * asked, and an import that is not there is an error.
 */
public final class ProfileCheck {
    public static void main(String[] files) throws Exception {
        if (files.length == 0) {
            System.err.println("usage: ProfileCheck FILE...");
            System.exit(2);
        }
        boolean clean = true;
        for (String name : files) {
            Set<String> violations = violations(new File(name).getAbsoluteFile());
            violations.forEach(violation -> System.out.println(name + ": " + violation));
            clean &= violations.isEmpty();
        }
        System.exit(clean ? 0 : 1);
    }

    private static Set<String> violations(File file) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        manager.getIRIMappers().add(imported -> beside(file, imported));
        OWLOntology ontology = manager.loadOntologyFromOntologyDocument(file);
        Set<String> lines = new TreeSet<>();
        for (OWLProfileViolation violation : Profiles.OWL2_DL.checkOntology(ontology).getViolations()) {
            lines.add(violation.toString());
        }
        return lines;
    }

    private static IRI beside(File file, IRI imported) {
        String last = imported.toString().replaceAll(".*[/#]", "");
        return IRI.create(new File(file.getParentFile(), last + ".ttl"));
    }
}
