import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.jena.graph.Graph;
import org.apache.jena.graph.Node;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;
import org.apache.jena.shacl.validation.ReportEntry;
import org.apache.jena.sparql.path.P_Alt;
import org.apache.jena.sparql.path.P_Inverse;
import org.apache.jena.sparql.path.P_Link;
import org.apache.jena.sparql.path.P_OneOrMore1;
import org.apache.jena.sparql.path.P_Path1;
import org.apache.jena.sparql.path.P_Path2;
import org.apache.jena.sparql.path.Path;

/**
 * What Jena's SHACL finds: java ShaclReport.java SHAPES DATA...
 *
 * <p>One line a result: number of the data file, focus node, path, value, source shape, constraint component,
 * severity.  The time that each validation took, in seconds, goes to the error stream.
 */
public class ShaclReport {
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Shapes shapes = Shapes.parse(RDFDataMgr.loadGraph(arguments[0]));
        for (int i = 1; i < arguments.length; i++) {
            Graph data = RDFDataMgr.loadGraph(arguments[i]);
            long start = System.nanoTime();
            ValidationReport report = ShaclValidator.get().validate(shapes, data);
            System.err.printf("%s %.3f%n", arguments[i], (System.nanoTime() - start) / 1e9);
            for (ReportEntry entry : report.getEntries()) {
                out.println(String.join("\t", Integer.toString(i - 1),
                    text(entry.focusNode()), path(entry.resultPath()), text(entry.value()), text(entry.source()),
                    text(entry.sourceConstraintComponent()), text(entry.severity().level())));
            }
        }
    }

    static String text(Node node) {
        if (node == null) return "";
        if (node.isURI()) return node.getURI();
        if (node.isBlank()) return "_:";
        String language = node.getLiteralLanguage();
        String spelling = node.getLiteralLexicalForm();
        return (language.isEmpty() ? spelling : '"' + spelling + "\"@" + language)
            .replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    static String path(Path path) {
        if (path == null) return "";
        if (path instanceof P_Link) return ((P_Link) path).getNode().getURI();
        if (path instanceof P_Inverse) return "^" + path(((P_Inverse) path).getSubPath());
        if (path instanceof P_Path2) {
            P_Path2 pair = (P_Path2) path;
            return path(pair.getLeft()) + (path instanceof P_Alt ? "|" : "/") + path(pair.getRight());
        }
        return path(((P_Path1) path).getSubPath()) + (path instanceof P_OneOrMore1 ? "+" : "*");
    }
}
