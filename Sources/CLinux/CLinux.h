// What `import Glibc` leaves out of the kernel's interface. _GNU_SOURCE would bring it, but then types that Glibc's
// module has too would differ between the two modules.
#include <linux/capability.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/socket.h>

extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern int pthread_setname_np(unsigned long thread, const char *name);

// An object file that defines it may be linked into the executable; it is null otherwise.
extern const char martlet_commit[] __attribute__((weak));

static inline const char *_Nullable martlet_commit_or_null(void) { return martlet_commit; }

// struct statx and its constants (statx(2)).
#include <linux/stat.h>

extern int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *result);

// Swift takes the function's name for the structure's initializer.
static inline int fileDetails(int folder, const char *path, int flags, unsigned int mask, struct statx *result) {
    return statx(folder, path, flags, mask, result);
}

// Open file description locks (fcntl(2)).
static const int openDescriptionSetLock = 37;

// What a thread may do (capabilities(7)).
extern int capget(cap_user_header_t header, cap_user_data_t data);
extern int capset(cap_user_header_t header, const cap_user_data_t data);

// renameat2(2)
extern int renameat2(int folder, const char *path, int newFolder, const char *newPath, unsigned int flags);
static const unsigned int renameWithoutReplacing = 1;

// inotify(7)
#include <sys/inotify.h>

// posix_spawn(3), for the tests
#include <spawn.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
