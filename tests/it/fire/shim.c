/*
 * Loaded into git-flag and the git commands that it starts: counts the calls that modify files, over all processes, and
 * lets one of them fail, all from one on, or kills the process there.
 *
 * FIRE_COUNTER  a file of one page: the count, then which call was hit
 * FIRE_AT       the number of the call; 0 for none
 * FIRE_ERRNO    the error; 0 kills the process, -1 its whole group
 * FIRE_STAYS    set: what takes room fails from that call on, as on a full disk
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct page {
    long count;
    char hit[1024];
};

static struct page *page;
static long at;
static int error, stays;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FIRE_COUNTER");
    if (!path) return;
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (fd < 0) abort();
    void *found = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (found == MAP_FAILED) abort();
    page = found;
    at = atol(getenv("FIRE_AT"));
    error = atoi(getenv("FIRE_ERRNO"));
    stays = getenv("FIRE_STAYS") != 0;
}

static int fails(const char *what, const char *path, int takes_room) {
    if (!page) return 0;
    long number = __atomic_add_fetch(&page->count, 1, __ATOMIC_SEQ_CST);
    if (!at || number < at || (number > at && !(stays && takes_room))) return 0;
    if (number == at)
        snprintf(page->hit, sizeof page->hit, "%s %s in %s", what, path ? path : "", program_invocation_short_name);
    if (error <= 0) {
        kill(error ? 0 : getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = error;
    return 1;
}

static int is_file(int fd, char *name) {
    struct stat looks;
    char link[64];
    if (!page || fstat(fd, &looks) || !S_ISREG(looks.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, 500);
    name[length < 0 ? 0 : length] = 0;
    return 1;
}

#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPEN(name, HEAD, CALL) \
    int name HEAD { \
        NEXT(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if ((flags & (O_CREAT | O_TRUNC)) && fails("create", path, 1)) return -1; \
        return next CALL; \
    }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

#define ON_PATH(type, name, HEAD, CALL, what, path, room) \
    type name HEAD { \
        NEXT(name); \
        if (fails(what, path, room)) return -1; \
        return next CALL; \
    }
ON_PATH(int, creat, (const char *path, mode_t mode), (path, mode), "create", path, 1)
ON_PATH(int, creat64, (const char *path, mode_t mode), (path, mode), "create", path, 1)
ON_PATH(int, rename, (const char *from, const char *to), (from, to), "rename", to, 0)
ON_PATH(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), "rename", to, 0)
ON_PATH(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags),
        "rename", to, 0)
ON_PATH(int, link, (const char *from, const char *to), (from, to), "link", to, 1)
ON_PATH(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), "link", to, 1)
ON_PATH(int, symlink, (const char *from, const char *to), (from, to), "symlink", to, 1)
ON_PATH(int, unlink, (const char *path), (path), "unlink", path, 0)
ON_PATH(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags), "unlink", path, 0)
ON_PATH(int, rmdir, (const char *path), (path), "rmdir", path, 0)
ON_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode), "mkdir", path, 1)
ON_PATH(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), "mkdir", path, 1)

#define ON_FILE(type, name, HEAD, CALL, what, room) \
    type name HEAD { \
        NEXT(name); \
        char path[512]; \
        if (is_file(fd, path) && fails(what, path, room)) return -1; \
        return next CALL; \
    }
ON_FILE(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), "write", 1)
ON_FILE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t from), (fd, data, size, from), "write", 1)
ON_FILE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t from), (fd, data, size, from), "write", 1)
ON_FILE(ssize_t, writev, (int fd, const struct iovec *parts, int number), (fd, parts, number), "write", 1)
ON_FILE(int, fsync, (int fd), (fd), "fsync", 0)
ON_FILE(int, fdatasync, (int fd), (fd), "fsync", 0)
ON_FILE(int, ftruncate, (int fd, off_t size), (fd, size), "truncate", 0)
ON_FILE(int, ftruncate64, (int fd, off64_t size), (fd, size), "truncate", 0)

#define FOPEN(name) \
    FILE *name(const char *path, const char *mode) { \
        NEXT(name); \
        if (strpbrk(mode, "wa") && fails("create", path, 1)) return 0; \
        return next(path, mode); \
    }
FOPEN(fopen)
FOPEN(fopen64)
