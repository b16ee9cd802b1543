/* Sends requests of random customers to a server, and measures how long each response takes.

     pace PORT TOKENS WORK [-r RATE] [-c CONNECTIONS] [-d SECONDS] [-w SECONDS] [-s STREAMS] [-a ADDRESS] [-p PID]...

   With a RATE, the client is an open loop: the request number i is due i / RATE seconds after the start, and its time counts
   from then, even if no connection was free to send it. So a server that stalls for a second pays for all requests that were
   due in this second. A client that waits for a response before it sends the next request would pay for one ("coordinated
   omission"). Without a RATE, each connection sends its next request when it has its response.

   WORK is a path to GET, `uploads`, `withdrawals`, `mixed` for nine balances to one upload, `sign-ins`, or `events`: a
   withdrawal whose time ends with the event of the new balance, which arrives on another connection, a stream of the same
   customer. TOKENS is a file with the token of a session in each line. STREAMS customers also have a stream of events. ADDRESS
   is the client's own, one of 127.0.0.0/8. The first SECONDS after -w are not counted.

   Prints requests per second, microseconds of the PIDs' CPU per request, and p50, p99 and p99.9 in milliseconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

enum { TOKEN_BYTES = 43, LINE_BYTES = TOKEN_BYTES + 1, HEAD_BYTES_MAX = 4096, PIDS_MAX = 16, LATE_SECONDS_MAX = 10 };
/* The withdrawals of one customer that may be on their way to a stream. */
enum { DUES_MAX = 64 };

struct connection {
    int socket;
    bool is_in_body, is_chunked;
    int64_t due, body_bytes_left;
    size_t head_bytes;
    char head[HEAD_BYTES_MAX], tail[5];
};

struct stream {
    int socket;
    size_t matched;
    unsigned first, count;
    int64_t dues[DUES_MAX];
};

static const char *work;
static struct sockaddr_in server, client;
static char *tokens;
static size_t users;
static double rate;
static int connection_count = 64, stream_count, pid_count;
static long pids[PIDS_MAX];
static struct connection *connections;
static struct stream *streams;
static int *idle, idle_first, idle_count, poller;
static uint32_t *times;
static size_t time_count, times_max;
static int64_t counted_from;
static uint64_t sent, answered, refused, random_state;

_Noreturn static void give_up(const char *why) {
    fprintf(stderr, "pace: %s (%s)\n", why, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* xorshift64 (Marsaglia, 2003) */
static uint64_t random_below(uint64_t limit) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/* Prints a new order number that passes the Luhn check. */
static void make_number(char number[17]) {
    snprintf(number, 17, "8%014llu0", (unsigned long long)random_below(100000000000000));
    int sum = 0;
    for (int i = 0; i < 15; i++) {
        int digit = (number[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    number[15] = (char)('0' + (10 - sum % 10) % 10);
}

static int make_request(char *text, size_t size, size_t user) {
    char number[17], body[128];
    const char *path = work, *token = tokens + user * LINE_BYTES;
    bool is_mixed = strcmp(work, "mixed") == 0;
    make_number(number);
    if (strcmp(work, "uploads") == 0 || (is_mixed && random_below(10) == 0)) {
        path = "/api/user/orders";
        snprintf(body, sizeof body, "%s", number);
    } else if (strcmp(work, "withdrawals") == 0 || strcmp(work, "events") == 0) {
        path = "/api/user/balance/withdraw";
        snprintf(body, sizeof body, "{\"order\":\"%s\",\"sum\":0.01}", number);
    } else if (strcmp(work, "sign-ins") == 0) {
        path = "/api/user/login";
        snprintf(body, sizeof body, "{\"login\":\"user-%zu\",\"password\":\"secret\"}", user + 1);
    } else {
        if (is_mixed) path = "/api/user/balance";
        return snprintf(text, size, "GET %s HTTP/1.1\r\nHost: shop\r\nAuthorization: %.*s\r\n\r\n", path, TOKEN_BYTES, token);
    }
    return snprintf(text, size, "POST %s HTTP/1.1\r\nHost: shop\r\nAuthorization: %.*s\r\nContent-Length: %zu\r\n\r\n%s", path,
                    TOKEN_BYTES, token, strlen(body), body);
}

static int connect_to_server(void) {
    int one = 1, descriptor = socket(AF_INET, SOCK_STREAM, 0);
    /* connect(2) chooses the port, so that each of many connections finds one. */
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&client, sizeof client) < 0) give_up("bind");
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server) < 0) give_up("connect");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return descriptor;
}

static void watch(int descriptor, int index) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0) give_up("epoll_ctl");
}

static void open_stream(struct stream *stream, size_t user) {
    char text[HEAD_BYTES_MAX];
    int length = snprintf(text, sizeof text, "GET /api/user/events HTTP/1.1\r\nHost: shop\r\nAuthorization: %.*s\r\n\r\n",
                          TOKEN_BYTES, tokens + user * LINE_BYTES);
    stream->socket = connect_to_server();
    if (send(stream->socket, text, (size_t)length, 0) != length) give_up("send");
    ssize_t count = recv(stream->socket, text, sizeof text, 0);
    if (count < 12 || memcmp(text, "HTTP/1.1 200", 12) != 0) give_up("a stream was refused");
}

static void note_time(int64_t due) {
    answered++;
    if (due < counted_from) return;
    if (time_count == times_max) {
        times_max = times_max ? times_max * 2 : 1 << 20;
        times = realloc(times, times_max * sizeof *times);
        if (!times) give_up("memory");
    }
    int64_t microseconds = (now() - due) / 1000;
    times[time_count++] = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
}

static void send_request(int64_t due) {
    char text[1024];
    int index = idle[idle_first];
    idle_first = (idle_first + 1) % connection_count;
    idle_count--;
    struct connection *connection = &connections[index];
    connection->due = due;
    connection->head_bytes = 0;
    connection->is_in_body = false;
    size_t user = stream_count > 0 && strcmp(work, "events") == 0 ? sent % (size_t)stream_count : random_below(users);
    if (strcmp(work, "events") == 0) {
        struct stream *stream = &streams[user];
        if (stream->count == DUES_MAX) give_up("the events are too late");
        stream->dues[(stream->first + stream->count++) % DUES_MAX] = due;
    }
    int length = make_request(text, sizeof text, user);
    if (send(connection->socket, text, (size_t)length, MSG_NOSIGNAL) != length) give_up("send");
    sent++;
}

static void end_response(int index) {
    connections[index].is_in_body = false;
    if (strcmp(work, "events") != 0) note_time(connections[index].due);
    idle[(idle_first + idle_count++) % connection_count] = index;
}

/* Reads the head's facts. Returns false while a part of the head is missing; else `bytes` begin with the body. */
static bool take_head(struct connection *connection, const char **bytes, size_t *count) {
    size_t room = HEAD_BYTES_MAX - 1 - connection->head_bytes, before = connection->head_bytes;
    size_t copied = *count < room ? *count : room;
    memcpy(connection->head + before, *bytes, copied);
    connection->head_bytes += copied;
    connection->head[connection->head_bytes] = 0;
    char *end = strstr(connection->head, "\r\n\r\n");
    if (!end) {
        if (copied == room) give_up("a head is too long");
        return false;
    }
    *end = 0;
    size_t used = (size_t)(end + 4 - connection->head) - before;
    *bytes += used;
    *count -= used;
    if (connection->head[9] != '2' && refused++ == 0) fprintf(stderr, "pace: refused: %s\n", connection->head);
    const char *length = strcasestr(connection->head, "\r\ncontent-length:");
    connection->is_chunked = strcasestr(connection->head, "\r\ntransfer-encoding: chunked") != NULL;
    connection->body_bytes_left = length ? atoll(length + 17) : 0;
    connection->is_in_body = true;
    memset(connection->tail, 0, sizeof connection->tail);
    return true;
}

static void take_bytes(int index, const char *bytes, size_t count) {
    struct connection *connection = &connections[index];
    if (!connection->is_in_body && !take_head(connection, &bytes, &count)) return;
    if (!connection->is_chunked) {
        connection->body_bytes_left -= (int64_t)count;
        if (connection->body_bytes_left <= 0) end_response(index);
        return;
    }
    /* A body of JSON has no line break, so only its last chunk ends with these five bytes. */
    size_t last = count < 5 ? count : 5;
    memmove(connection->tail, connection->tail + last, 5 - last);
    memcpy(connection->tail + 5 - last, bytes + count - last, last);
    if (memcmp(connection->tail, "0\r\n\r\n", 5) == 0) end_response(index);
}

/* Each event of a balance ends the time of the customer's oldest withdrawal. */
static void take_events(struct stream *stream, const char *bytes, size_t count) {
    static const char name[] = "event: balance\n";
    for (size_t i = 0; i < count; i++) {
        stream->matched = bytes[i] == name[stream->matched] ? stream->matched + 1 : bytes[i] == name[0];
        if (name[stream->matched]) continue;
        stream->matched = 0;
        if (stream->count == 0) continue;
        note_time(stream->dues[stream->first]);
        stream->first = (stream->first + 1) % DUES_MAX;
        stream->count--;
    }
}

static void receive(int64_t timeout) {
    static char buffer[1 << 18];
    struct epoll_event events[256];
    struct timespec time = {timeout / 1000000000, timeout % 1000000000};
    int count = epoll_pwait2(poller, events, 256, &time, NULL);
    if (count < 0 && errno != EINTR) give_up("epoll_pwait2");
    for (int i = 0; i < count; i++) {
        int index = (int)events[i].data.u32, stream = index - connection_count;
        ssize_t length = recv(stream < 0 ? connections[index].socket : streams[stream].socket, buffer, sizeof buffer, 0);
        if (length <= 0) give_up("the server has closed a connection");
        if (stream < 0) take_bytes(index, buffer, (size_t)length);
        else take_events(&streams[stream], buffer, (size_t)length);
    }
}

/* The user and kernel time of the processes until now, in clock ticks. */
static long cpu_ticks(void) {
    long sum = 0;
    for (int i = 0; i < pid_count; i++) {
        char path[64], text[1024] = "";
        long user, kernel;
        snprintf(path, sizeof path, "/proc/%ld/stat", pids[i]);
        FILE *file = fopen(path, "r");
        if (!file) give_up(path);
        size_t length = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[length] = 0;
        char *fields = strrchr(text, ')');
        if (!fields || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &kernel) != 2) give_up(path);
        sum += user + kernel;
    }
    return sum;
}

static void run(double seconds, double uncounted_seconds) {
    int64_t start = now(), end = start + (int64_t)((seconds + uncounted_seconds) * 1e9), time;
    long ticks = -1;
    uint64_t answered_before = 0;
    counted_from = start + (int64_t)(uncounted_seconds * 1e9);
    double interval = rate > 0 ? 1e9 / rate : 0;
    while ((time = now()) < end) {
        int64_t due = rate > 0 ? start + (int64_t)((double)sent * interval) : time;
        while (idle_count > 0 && due <= time) {
            send_request(due);
            if (rate > 0) due = start + (int64_t)((double)sent * interval);
        }
        receive(idle_count > 0 && due < end ? due > time ? due - time : 0 : end - time);
        if (ticks < 0 && now() >= counted_from) {
            ticks = cpu_ticks();
            answered_before = answered;
        }
    }
    ticks = cpu_ticks() - ticks;
    uint64_t measured = answered - answered_before;
    /* All that was due is sent, and everything is answered: the requests that wait longest must not be left out. */
    uint64_t wanted = rate > 0 ? (uint64_t)((double)(end - start) / interval) : sent;
    while (answered < wanted) {
        while (idle_count > 0 && sent < wanted) send_request(start + (int64_t)((double)sent * interval));
        receive(100000000);
        if (now() > end + LATE_SECONDS_MAX * 1000000000LL) give_up("the server is too slow for this rate");
    }
    printf("%.0f %.1f ", (double)measured / seconds, (double)ticks * 1e6 / (double)sysconf(_SC_CLK_TCK) / (double)measured);
}

static int in_order(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void read_tokens(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || fseek(file, 0, SEEK_END) != 0) give_up(path);
    long length = ftell(file);
    rewind(file);
    tokens = calloc(1, (size_t)length + LINE_BYTES);
    if (!tokens || fread(tokens, 1, (size_t)length, file) != (size_t)length) give_up(path);
    fclose(file);
    users = ((size_t)length + 1) / LINE_BYTES;
}

int main(int argc, char **argv) {
    double seconds = 5, uncounted_seconds = 0;
    client = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int option; (option = getopt(argc, argv, "r:c:d:w:s:a:p:")) != -1;) {
        switch (option) {
        case 'r': rate = atof(optarg); break;
        case 'c': connection_count = atoi(optarg); break;
        case 'd': seconds = atof(optarg); break;
        case 'w': uncounted_seconds = atof(optarg); break;
        case 's': stream_count = atoi(optarg); break;
        case 'a': client.sin_addr.s_addr = inet_addr(optarg); break;
        case 'p': if (pid_count < PIDS_MAX) pids[pid_count++] = atol(optarg); break;
        default: return 64;
        }
    }
    if (argc - optind != 3) return 64;
    server = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[optind])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    read_tokens(argv[optind + 1]);
    work = argv[optind + 2];
    random_state = (uint64_t)now() | 1;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    /* Without this, the kernel may wake the client 50 µs after a request is due. */
    prctl(PR_SET_TIMERSLACK, 1);
    poller = epoll_create1(0);
    connections = calloc((size_t)connection_count, sizeof *connections);
    idle = calloc((size_t)connection_count, sizeof *idle);
    streams = calloc((size_t)stream_count + 1, sizeof *streams);
    if (!connections || !idle || !streams) give_up("memory");
    for (int i = 0; i < stream_count; i++) {
        open_stream(&streams[i], (size_t)i % users);
        watch(streams[i].socket, connection_count + i);
    }
    for (int i = 0; i < connection_count; i++) {
        connections[i].socket = connect_to_server();
        watch(connections[i].socket, i);
        idle[idle_count++] = i;
    }
    run(seconds, uncounted_seconds);
    if (time_count == 0) give_up("no request was counted");
    qsort(times, time_count, sizeof *times, in_order);
    printf("%.3f %.3f %.3f\n", times[time_count / 2] / 1e3, times[(size_t)((double)time_count * 0.99)] / 1e3,
           times[(size_t)((double)time_count * 0.999)] / 1e3);
    if (refused > 0) {
        fprintf(stderr, "pace: %llu requests were refused\n", (unsigned long long)refused);
        return 1;
    }
}
