/* Loaded before the C library (LD_PRELOAD), notes in order what the server does to its database's files and says to its
   clients, and makes chosen calls fail. The test's `Trace` reads what this writes; `Recorder` sets the variables:

   RECORDER_DATABASE  the database's path, absolute
   RECORDER_TRACE     the file that is appended to; without it nothing is noted
   RECORDER_DROP      log | database | folder: whose syncs are claimed and not made; of the log's, those of commits alone
   RECORDER_FAULT     FIRST COUNT ERRNO HOW WHICH: what befalls the calls that write or sync, the first of them being 1
                      HOW    fail: they fail | short: the first does half, the others fail | lie: they do nothing and
                             claim success | kill: the first does half, and the process is killed
                      WHICH  writes | syncs | database | background | index: which calls count; `database` is its own file
                             alone, `background` are its syncs through descriptors that can't write, `index` are writes
                             to the shared memory's

   Calls are made by syscall(2), so that nothing here is called in turn. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The tests know some of these by number. A reader is a descriptor of the database that can't write. */
enum what { NONE, DATABASE, LOG, JOURNAL, SHARED_MEMORY, FOLDER, CLIENT, READER };
enum event { START = 1, OPEN, CLOSE, WRITE, TRUNCATE, SYNC, SYNC_FAILED, UNLINK, ACCEPT, RECEIVE, SEND, FAULT };
enum how { FAIL, SHORT, LIE, KILL };

struct header {
    int32_t event, descriptor;
    /* Of the write or truncation; for an open, 1 where it made the file, 2 where it can't
       write to the database. A fault has the call and the kind of file. */
    int64_t offset;
    int64_t length;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char kinds[1 << 17];
static char database[PATH_MAX], folder[PATH_MAX], drop[16];
static int trace = -1;
static long calls, first, count;
static int error_number;
static enum how how;
static enum { WRITES, SYNCS, TO_DATABASE, BACKGROUND, TO_INDEX } counted;
/* Whether the log was written to since its last sync, and whether that was its header alone. */
static bool log_is_dirty, log_header_is_new;

static void give_up(const char *why) {
    dprintf(2, "recorder: %s (errno %d)\n", why, errno);
    _exit(99);
}

static void note(enum event event, int descriptor, int64_t offset, const void *data, size_t length) {
    if (trace < 0) return;
    int saved = errno;
    struct header header = {event, descriptor, offset, (int64_t)length};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)data, length}};
    if (syscall(SYS_writev, trace, parts, length > 0 ? 2 : 1) != (long)(sizeof header + length)) give_up("trace");
    errno = saved;
}

/* Returns where the whole events of the trace end: a killed process may have written a part of its last one. */
static int64_t end_of_events(void) {
    struct header header;
    int64_t end = 0, length = syscall(SYS_lseek, trace, 0, SEEK_END);
    while (syscall(SYS_pread64, trace, &header, sizeof header, end) == (long)sizeof header) {
        int64_t next = end + (int64_t)sizeof header + header.length;
        if (next > length) break;
        end = next;
    }
    return end;
}

static void set_up(void) {
    const char *path = getenv("RECORDER_DATABASE"), *file = getenv("RECORDER_TRACE");
    const char *dropped = getenv("RECORDER_DROP"), *fault = getenv("RECORDER_FAULT");
    if (!path) return;
    snprintf(database, sizeof database, "%s", path);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    snprintf(drop, sizeof drop, "%s", dropped ? dropped : "");
    if (fault) {
        char word[16], which[16];
        if (sscanf(fault, "%ld %ld %d %15s %15s", &first, &count, &error_number, word, which) != 5) give_up("fault");
        how = !strcmp(word, "short") ? SHORT : !strcmp(word, "lie") ? LIE : !strcmp(word, "kill") ? KILL : FAIL;
        counted = !strcmp(which, "writes")       ? WRITES
                  : !strcmp(which, "syncs")      ? SYNCS
                  : !strcmp(which, "background") ? BACKGROUND
                  : !strcmp(which, "index")      ? TO_INDEX
                                                 : TO_DATABASE;
    }
    if (!file) return;
    trace = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (trace < 0 || syscall(SYS_ftruncate, trace, end_of_events()) != 0) give_up("trace");
    note(START, -1, 0, NULL, 0);
}

static void lock(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up);
    pthread_mutex_lock(&mutex);
}

static void unlock(void) { pthread_mutex_unlock(&mutex); }

static enum what kind_of_path(const char *path) {
    size_t length = strlen(database);
    if (length == 0) return NONE;
    if (!strcmp(path, folder)) return FOLDER;
    if (strncmp(path, database, length)) return NONE;
    const char *rest = path + length;
    return !*rest                     ? DATABASE
           : !strcmp(rest, "-wal")     ? LOG
           : !strcmp(rest, "-journal") ? JOURNAL
           : !strcmp(rest, "-shm")     ? SHARED_MEMORY
                                       : NONE;
}

static enum what kind_of(int descriptor) {
    return descriptor >= 0 && descriptor < (int)sizeof kinds ? kinds[descriptor] : NONE;
}

static bool is_database(enum what kind) { return kind == DATABASE || kind == READER; }

/* The shared memory is made anew after a cut, whatever is in its file. */
static bool is_kept(enum what kind) { return is_database(kind) || kind == LOG || kind == JOURNAL; }

enum verdict { ALLOWED, HALVED, REFUSED, IGNORED };

/* Counts a call, and says what becomes of it. */
static enum verdict judge(enum what kind, enum event event) {
    bool counts = counted == TO_DATABASE  ? is_database(kind)
                  : counted == BACKGROUND ? kind == READER && event == SYNC
                  : counted == TO_INDEX   ? kind == SHARED_MEMORY && event == WRITE
                                          : (event == SYNC) == (counted == SYNCS);
    if (first == 0 || !counts) return ALLOWED;
    long call = ++calls;
    if (call < first || call - first >= count) return ALLOWED;
    note(FAULT, (int)event, kind, NULL, 0);
    if (how == LIE) return IGNORED;
    if (call == first && (how == SHORT || how == KILL)) return HALVED;
    errno = error_number;
    return REFUSED;
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
    lock();
    enum what kind = kind_of_path(path);
    bool is_new = is_kept(kind) && (flags & O_CREAT) && syscall(SYS_access, path, F_OK) != 0;
    int descriptor = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (descriptor >= 0 && kind != NONE) {
        if (kind == DATABASE && (flags & O_ACCMODE) == O_RDONLY) kind = READER;
        if (is_kept(kind) && (flags & O_TRUNC)) give_up("a truncating open is not modelled");
        if (descriptor >= (int)sizeof kinds) give_up("too many descriptors");
        kinds[descriptor] = (unsigned char)kind;
        if (is_kept(kind) || kind == FOLDER) note(OPEN, descriptor, kind == READER ? 2 : is_new, path, strlen(path));
    }
    unlock();
    return descriptor;
}

static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

#define OPEN_AT(DIRECTORY)                                                                                             \
    va_list list;                                                                                                      \
    va_start(list, flags);                                                                                             \
    mode_t mode = mode_of(flags, list);                                                                                \
    va_end(list);                                                                                                      \
    return opened(DIRECTORY, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN_AT(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPEN_AT(AT_FDCWD); }
int openat(int directory, const char *path, int flags, ...) { OPEN_AT(directory); }
int openat64(int directory, const char *path, int flags, ...) { OPEN_AT(directory); }

int close(int descriptor) {
    lock();
    enum what kind = kind_of(descriptor);
    if (kind != NONE) {
        kinds[descriptor] = NONE;
        if (kind != SHARED_MEMORY) note(CLOSE, descriptor, 0, NULL, 0);
    }
    int result = (int)syscall(SYS_close, descriptor);
    unlock();
    return result;
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    enum what kind = kind_of(descriptor);
    if (kind == NONE || kind == CLIENT) return syscall(SYS_pwrite64, descriptor, data, length, offset);
    lock();
    ssize_t written = -1;
    enum verdict verdict = judge(kind, WRITE);
    if (verdict == IGNORED) written = (ssize_t)length;
    if (verdict == HALVED) length = (length + 1) / 2;
    if (verdict == ALLOWED || verdict == HALVED) {
        written = syscall(SYS_pwrite64, descriptor, data, length, offset);
        if (written > 0 && is_kept(kind)) note(WRITE, descriptor, offset, data, (size_t)written);
    }
    if (verdict == HALVED && how == KILL) kill(getpid(), SIGKILL);
    if (kind == LOG) {
        log_is_dirty = true;
        log_header_is_new = offset == 0;
    }
    unlock();
    return written;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    return pwrite64(descriptor, data, length, offset);
}

/* Whether the sync is one that the control leaves out. A checkpoint's sync of the log follows that of a commit, and the
   sync of a new header is made with synchronous=NORMAL too. */
static bool is_dropped(enum what kind) {
    bool is_commit = log_is_dirty && !log_header_is_new;
    return (kind == LOG && is_commit && !strcmp(drop, "log")) || (is_database(kind) && !strcmp(drop, "database"))
           || (kind == FOLDER && !strcmp(drop, "folder"));
}

static int synced(int descriptor, long call) {
    enum what kind = kind_of(descriptor);
    if (kind == NONE || kind == CLIENT) return (int)syscall(call, descriptor);
    lock();
    int result = 0;
    enum verdict verdict = judge(kind, SYNC);
    if (verdict == HALVED && how == KILL) kill(getpid(), SIGKILL);
    if (verdict == REFUSED || verdict == HALVED) {
        errno = error_number;
        result = -1;
        note(SYNC_FAILED, descriptor, 0, NULL, 0);
    } else if (verdict == ALLOWED && !is_dropped(kind)) {
        result = (int)syscall(call, descriptor);
        note(result == 0 ? SYNC : SYNC_FAILED, descriptor, 0, NULL, 0);
    }
    if (kind == LOG) log_is_dirty = false;
    unlock();
    return result;
}

int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int ftruncate64(int descriptor, off64_t length) {
    enum what kind = kind_of(descriptor);
    if (kind == NONE || kind == CLIENT) return (int)syscall(SYS_ftruncate, descriptor, length);
    lock();
    int result = 0;
    enum verdict verdict = judge(kind, TRUNCATE);
    if (verdict == HALVED && how == KILL) kill(getpid(), SIGKILL);
    if (verdict == REFUSED || verdict == HALVED) {
        errno = error_number;
        result = -1;
    } else if (verdict == ALLOWED) {
        result = (int)syscall(SYS_ftruncate, descriptor, length);
        if (result == 0 && is_kept(kind)) note(TRUNCATE, descriptor, length, NULL, 0);
    }
    unlock();
    return result;
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

int unlink(const char *path) {
    lock();
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0 && is_kept(kind_of_path(path))) note(UNLINK, -1, 0, path, strlen(path));
    unlock();
    return result;
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
    int descriptor = (int)syscall(SYS_accept4, listener, address, length, flags);
    if (descriptor < 0) return descriptor;
    lock();
    if (descriptor >= (int)sizeof kinds) give_up("too many descriptors");
    kinds[descriptor] = CLIENT;
    note(ACCEPT, descriptor, 0, NULL, 0);
    unlock();
    return descriptor;
}

ssize_t recv(int descriptor, void *data, size_t length, int flags) {
    ssize_t received = syscall(SYS_recvfrom, descriptor, data, length, flags, NULL, NULL);
    if (received <= 0 || kind_of(descriptor) != CLIENT) return received;
    lock();
    note(RECEIVE, descriptor, 0, data, (size_t)received);
    unlock();
    return received;
}

/* Noted before it is made: whoever has the answer can only have it later. */
ssize_t send(int descriptor, const void *data, size_t length, int flags) {
    if (kind_of(descriptor) == CLIENT) {
        lock();
        note(SEND, descriptor, 0, data, length);
        unlock();
    }
    return syscall(SYS_sendto, descriptor, data, length, flags, NULL, 0);
}

/* What the model of the disk does not know must not go unseen. */

ssize_t write(int descriptor, const void *data, size_t length) {
    if (is_kept(kind_of(descriptor))) give_up("write(2) to the database is not modelled");
    return syscall(SYS_write, descriptor, data, length);
}

int rename(const char *old, const char *new) {
    if (is_kept(kind_of_path(old)) || is_kept(kind_of_path(new))) give_up("rename(2) is not modelled");
    return (int)syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
    bool is_write = (protection & PROT_WRITE) && (flags & MAP_SHARED);
    if (is_write && is_kept(kind_of(descriptor))) give_up("a mapping of the database is not modelled");
    return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    return mmap64(address, length, protection, flags, descriptor, offset);
}
