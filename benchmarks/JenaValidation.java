// Validates data with Jena's SHACL.  Arguments: rounds, file for the report, shapes file, data files.
// Prints "seconds" of loading and of each round; the report of the last round is written as N-Triples.

import java.io.FileOutputStream;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;
import org.apache.jena.sparql.graph.GraphFactory;

public class JenaValidation {
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Graph data = GraphFactory.createDefaultGraph();
        for (int i = 3; i < args.length; i++) {
            RDFDataMgr.read(data, args[i]);
        }
        Shapes shapes = Shapes.parse(RDFDataMgr.loadGraph(args[2]));
        System.out.println("load " + seconds(start));
        ValidationReport report = null;
        for (int round = 0; round < Integer.parseInt(args[0]); round++) {
            start = System.nanoTime();
            report = ShaclValidator.get().validate(shapes, data);
            System.out.println("validate " + seconds(start));
        }
        try (FileOutputStream out = new FileOutputStream(args[1])) {
            RDFDataMgr.write(out, report.getGraph(), Lang.NTRIPLES);
        }
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
