import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on exactly the port it was given; the runner's own main only takes ports up to 9299. */
public final class SearchNode {
    private SearchNode() {
    }

    public static void main(String[] arguments) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(-1); // no search for a free port: a busy one is an error
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        try {
            runner.build(arguments);
        } catch (RuntimeException error) {
            error.printStackTrace();
            System.exit(1);
        }
        Thread.currentThread().join();
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (java.io.IOException error) {
            error.printStackTrace();
        }
    }
}
