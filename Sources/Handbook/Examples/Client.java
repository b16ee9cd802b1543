import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.*;
import java.util.regex.*;

/**
 * A customer registers, uploads an order, waits for its points, and pays for another order with points.
 *
 * <pre>PASSWORD=secret java Client.java ADDRESS LOGIN ORDER PURCHASE POINTS</pre>
 *
 * ORDER earns points, and POINTS are spent on PURCHASE. Run it again after any failure: nothing is done twice.
 */
public class Client {
    private static final int ATTEMPTS_MAX = 8;
    /** Longer than the pause between two heartbeats of the stream of events, 15 s. */
    private static final int SILENCE_SECONDS_MAX = 40;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;
    private final String credentials;
    private String token = "";

    Client(String address, String login, String password) {
        this.address = address;
        credentials = "{\"login\":" + quoted(login) + ",\"password\":" + quoted(password) + "}";
    }

    void signIn(String path) throws IOException, InterruptedException {
        token = "";
        HttpResponse<InputStream> response = send(path, credentials);
        // The login is taken, perhaps by an earlier run.
        if (response.statusCode() == 409) response = send("/api/user/login", credentials);
        token = member("token", text(response));
    }

    String ask(String path, String body) throws IOException, InterruptedException {
        return text(send(path, body));
    }

    /** Reads the text of a response. A refusal is an exception, since the same request would be refused again. */
    private static String text(HttpResponse<InputStream> response) throws IOException {
        String text = new String(response.body().readAllBytes(), UTF_8);
        if (response.statusCode() >= 300) throw new IOException(response.statusCode() + " " + text);
        return text;
    }

    /** Sends a request until it is answered. That does no harm: the server does nothing of this API twice. */
    HttpResponse<InputStream> send(String path, String body) throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            var request = HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(SILENCE_SECONDS_MAX));
            if (!token.isEmpty()) request.header("Authorization", "Bearer " + token);
            if (body != null) request.POST(HttpRequest.BodyPublishers.ofString(body));
            long seconds = 1;
            try {
                var response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                int status = response.statusCode();
                boolean hasEnded = status == 401 && !token.isEmpty();
                // 429 and 503 say when to ask again. After other errors of the server, the outcome is unknown.
                boolean mayAsk = hasEnded || status == 429 || status >= 500;
                if (!mayAsk || attempt == ATTEMPTS_MAX) return response; // A success, or a refusal.
                response.body().close();
                seconds = response.headers().firstValueAsLong("Retry-After").orElse(1);
                if (hasEnded) signIn("/api/user/login");
            } catch (IOException lost) { // There is no connection, or it was lost.
                if (attempt == ATTEMPTS_MAX) throw lost;
            }
            Thread.sleep(1000 * seconds);
        }
    }

    /** Follows the customer's events until the order's status is final. */
    String finalStatus(String number) throws IOException, InterruptedException {
        for (;; Thread.sleep(1000)) {
            try (InputStream stream = send("/api/user/events", null).body()) {
                Iterator<String> lines = new BufferedReader(new InputStreamReader(stream, UTF_8)).lines().iterator();
                while (true) {
                    String line = CompletableFuture.supplyAsync(lines::next).get(SILENCE_SECONDS_MAX, SECONDS);
                    // The stream begins with a comment. After it and after each event, the order is read: no change is missed.
                    if (line.startsWith(":") || line.startsWith("event:")) {
                        String status = member("status", ask("/api/user/orders/" + number, null));
                        if (status.equals("PROCESSED") || status.equals("INVALID")) return status;
                    }
                }
            } catch (ExecutionException | TimeoutException lost) {
                // The connection was lost, or silent for too long.
            }
        }
    }

    /** The value of a member. A program with a library for JSON uses that. */
    private static String member(String name, String json) {
        Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 5 || System.getenv("PASSWORD") == null) {
            System.err.println("usage: PASSWORD=secret java Client.java ADDRESS LOGIN ORDER PURCHASE POINTS");
            System.exit(64);
        }
        String order = arguments[2], purchase = arguments[3], points = arguments[4];
        Client client = new Client(arguments[0], arguments[1], System.getenv("PASSWORD"));
        client.signIn("/api/user/register");
        // 202: accepted; 200: this customer uploaded it before; 409: another customer did; 422: a digit is wrong.
        client.ask("/api/user/orders", order);
        System.out.println(client.finalStatus(order));
        // 200: paid, now or before; 402: the balance is too low; 409: paid by another customer, or with another sum.
        client.ask("/api/user/balance/withdraw", "{\"order\":\"" + purchase + "\",\"sum\":" + points + "}");
        String balance = client.ask("/api/user/balance", null);
        System.out.println(member("current", balance) + " points are left, " + member("withdrawn", balance) + " are spent");
    }
}
