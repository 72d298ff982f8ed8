/* Faults for every process of ours: Python, git and SQLite alike. Loaded with LD_PRELOAD by the tests only.
 *
 * Counts the calls that change something below the watched folders, over all processes (the counter is in a
 * shared file), and at a given number kills the whole process group, or fails the call. What a call does when
 * no fault is due, it does as ever. Streams of libc (fopen) write without passing by here: they are counted
 * where they are opened, flushed and closed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATE, WRITE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, TRUNCATE, MODE, TIMES, KINDS };
static const char *const NAMES[] = {"create", "write", "sync",  "rename", "link", "unlink",
                                    "mkdir",  "rmdir", "truncate", "mode", "times"};
enum { COUNT, KILL, KILL_TORN, FAIL, SHORT };

/* The same in shim.py. */
struct board {
    atomic_uint count;  /* calls of the kinds in `mask` so far */
    atomic_uint faults; /* how many of them were failed */
    uint32_t on;        /* 0: nothing is counted */
    uint32_t at;        /* the number of the call to fail, the first is 1 */
    uint32_t how;
    int32_t error;
    uint32_t lasting; /* every later call of these kinds fails too */
    uint32_t mask;
    int32_t group; /* the process group that a kill ends */
    atomic_uint kinds[16];
    char roots[4][512];
    char what[512]; /* the call that was failed */
};

static struct board *board;
static char board_path[PATH_MAX];
static char setting[PATH_MAX + 16] = "FAULTS_BOARD=";

#define REAL(name)                                                                                                  \
    static __typeof__(&name) real;                                                                                  \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* From Python, in a process that was forked: work with this board from now on. NULL: with none. */
int faults_attach(const char *path)
{
    int handle;
    if (board) munmap(board, sizeof *board);
    board = NULL;
    if (!path) {
        board_path[0] = 0;
        return 0;
    }
    handle = (int)open(path, O_RDWR | O_CLOEXEC);
    if (handle < 0) return -1;
    /* Held as long as this process lives: whoever waits for all of them takes the lock for itself alone. */
    flock(handle, LOCK_SH);
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    if (board == MAP_FAILED) {
        board = NULL;
        return -1;
    }
    snprintf(board_path, sizeof board_path, "%s", path);
    snprintf(setting, sizeof setting, "FAULTS_BOARD=%s", path);
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULTS_BOARD");
    if (path && *path) faults_attach(path);
}

static int below(const char *path)
{
    int number;
    for (number = 0; number < 4; number++) {
        size_t length = strlen(board->roots[number]);
        if (length && !strncmp(path, board->roots[number], length) && (path[length] == '/' || !path[length]))
            return 1;
    }
    return 0;
}

static int of_handle(int handle, char *found)
{
    char name[64];
    ssize_t length;
    snprintf(name, sizeof name, "/proc/self/fd/%d", handle);
    length = readlink(name, found, PATH_MAX - 1);
    if (length < 0) return 0;
    found[length] = 0;
    return 1;
}

static int of_path(int at, const char *path, char *found)
{
    char folder[PATH_MAX];
    if (!path) return 0;
    if (path[0] == '/') return snprintf(found, PATH_MAX, "%s", path) < PATH_MAX;
    if (at == AT_FDCWD) {
        if (!getcwd(folder, sizeof folder)) return 0;
    } else if (!of_handle(at, folder))
        return 0;
    return snprintf(found, PATH_MAX, "%s/%s", folder, path) < PATH_MAX;
}

static void end(void)
{
    kill(-board->group, SIGKILL);
    for (;;) pause();
}

/* Whether the call goes on (0), fails (-1, errno is set) or writes only a part (1). */
static int due(int kind, const char *path)
{
    unsigned number;
    int how;
    if (!(board->mask & (1u << kind))) return 0;
    number = atomic_fetch_add(&board->count, 1) + 1;
    atomic_fetch_add(&board->kinds[kind], 1);
    how = (int)board->how;
    if (how == COUNT || number < board->at || (number > board->at && !board->lasting)) return 0;
    if (number == board->at) snprintf(board->what, sizeof board->what, "%s %s", NAMES[kind], path);
    if (how == KILL || (how == KILL_TORN && kind != WRITE)) end();
    if (how == KILL_TORN || how == SHORT) return kind == WRITE;
    atomic_fetch_add(&board->faults, 1);
    errno = board->error;
    return -1;
}

static int at_path(int kind, int at, const char *path)
{
    char found[PATH_MAX];
    int before = errno, said;
    if (!board || !board->on) return 0;
    if (!of_path(at, path, found) || !below(found)) {
        errno = before;
        return 0;
    }
    said = due(kind, found);
    if (said == 0) errno = before;
    return said;
}

static int at_handle(int kind, int handle)
{
    char found[PATH_MAX];
    int before = errno, said;
    if (!board || !board->on) return 0;
    if (!of_handle(handle, found) || !below(found)) {
        errno = before;
        return 0;
    }
    said = due(kind, found);
    if (said == 0) errno = before;
    return said;
}

static void die_if_torn(void)
{
    if (board->how == KILL_TORN) end();
}

/* Opening: making a file or cutting it. */

static int opening(int at, const char *path, int flags)
{
    if (flags & (O_CREAT | O_TRUNC)) {
        /* A file that is there and is not cut is only opened. */
        if (!(flags & (O_TRUNC | O_EXCL)) && faccessat(at, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return 0;
        return at_path(CREATE, at, path);
    }
    return 0;
}

#define OPEN(name)                                                                                                  \
    int name(const char *path, int flags, ...)                                                                      \
    {                                                                                                               \
        va_list rest;                                                                                               \
        mode_t mode;                                                                                                \
        REAL(name);                                                                                                 \
        va_start(rest, flags);                                                                                      \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                                          \
        va_end(rest);                                                                                               \
        return opening(AT_FDCWD, path, flags) ? -1 : real(path, flags, mode);                                       \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                \
    int name(int at, const char *path, int flags, ...)                                                              \
    {                                                                                                               \
        va_list rest;                                                                                               \
        mode_t mode;                                                                                                \
        REAL(name);                                                                                                 \
        va_start(rest, flags);                                                                                      \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;                                          \
        va_end(rest);                                                                                               \
        return opening(at, path, flags) ? -1 : real(at, path, flags, mode);                                         \
    }
OPENAT(openat)
OPENAT(openat64)

#define CREAT(name)                                                                                                 \
    int name(const char *path, mode_t mode)                                                                         \
    {                                                                                                               \
        REAL(name);                                                                                                 \
        return at_path(CREATE, AT_FDCWD, path) ? -1 : real(path, mode);                                             \
    }
CREAT(creat)
CREAT(creat64)

#define TEMPORARY(name)                                                                                             \
    int name(char *path)                                                                                            \
    {                                                                                                               \
        REAL(name);                                                                                                 \
        return at_path(CREATE, AT_FDCWD, path) ? -1 : real(path);                                                   \
    }
TEMPORARY(mkstemp)
TEMPORARY(mkstemp64)

#define STREAM(name)                                                                                                \
    FILE *name(const char *path, const char *mode)                                                                  \
    {                                                                                                               \
        REAL(name);                                                                                                 \
        if ((mode[0] == 'w' || mode[0] == 'a') && at_path(CREATE, AT_FDCWD, path)) return NULL;                     \
        return real(path, mode);                                                                                    \
    }
STREAM(fopen)
STREAM(fopen64)

static int writable(FILE *stream)
{
    int handle = stream ? fileno(stream) : -1;
    return handle >= 0 && (fcntl(handle, F_GETFL) & O_ACCMODE) != O_RDONLY ? handle : -1;
}

int fflush(FILE *stream)
{
    int handle, said = 0;
    REAL(fflush);
    if (board && board->on && (handle = writable(stream)) >= 0) said = at_handle(WRITE, handle);
    return said < 0 ? EOF : real(stream);
}

int fclose(FILE *stream)
{
    int handle, said = 0, number;
    REAL(fclose);
    if (board && board->on && (handle = writable(stream)) >= 0) said = at_handle(WRITE, handle);
    if (said >= 0) return real(stream);
    number = errno;
    real(stream);
    errno = number;
    return EOF;
}

/* Writing. */

ssize_t write(int handle, const void *data, size_t size)
{
    int said;
    ssize_t done;
    REAL(write);
    said = at_handle(WRITE, handle);
    if (said < 0) return -1;
    if (said == 0 || size < 2) {
        if (said) die_if_torn();
        return real(handle, data, size);
    }
    done = real(handle, data, size / 2);
    die_if_torn();
    return done;
}

#define PWRITE(name, offset_type)                                                                                   \
    ssize_t name(int handle, const void *data, size_t size, offset_type at)                                         \
    {                                                                                                               \
        int said;                                                                                                   \
        ssize_t done;                                                                                               \
        REAL(name);                                                                                                 \
        said = at_handle(WRITE, handle);                                                                            \
        if (said < 0) return -1;                                                                                    \
        if (said == 0 || size < 2) {                                                                                \
            if (said) die_if_torn();                                                                                \
            return real(handle, data, size, at);                                                                    \
        }                                                                                                           \
        done = real(handle, data, size / 2, at);                                                                    \
        die_if_torn();                                                                                              \
        return done;                                                                                                \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int handle, const struct iovec *parts, int count)
{
    int said;
    REAL(writev);
    said = at_handle(WRITE, handle);
    if (said < 0) return -1;
    if (said && count > 1) {
        ssize_t done = real(handle, parts, 1);
        die_if_torn();
        return done;
    }
    if (said) die_if_torn();
    return real(handle, parts, count);
}

#define BY_HANDLE(kind, type, name, parameters, handle, arguments)                                                  \
    type name parameters                                                                                            \
    {                                                                                                               \
        REAL(name);                                                                                                 \
        return at_handle(kind, handle) < 0 ? -1 : real arguments;                                                   \
    }
BY_HANDLE(SYNC, int, fsync, (int handle), handle, (handle))
BY_HANDLE(SYNC, int, fdatasync, (int handle), handle, (handle))
BY_HANDLE(SYNC, int, syncfs, (int handle), handle, (handle))
BY_HANDLE(TRUNCATE, int, ftruncate, (int handle, off_t size), handle, (handle, size))
BY_HANDLE(TRUNCATE, int, ftruncate64, (int handle, off64_t size), handle, (handle, size))
BY_HANDLE(MODE, int, fchmod, (int handle, mode_t mode), handle, (handle, mode))
BY_HANDLE(MODE, int, fchown, (int handle, uid_t user, gid_t group), handle, (handle, user, group))
BY_HANDLE(TIMES, int, futimens, (int handle, const struct timespec times[2]), handle, (handle, times))

/* Names. */

#define BY_PATH(kind, name, parameters, at, path, arguments)                                                        \
    int name parameters                                                                                             \
    {                                                                                                               \
        REAL(name);                                                                                                 \
        return at_path(kind, at, path) < 0 ? -1 : real arguments;                                                   \
    }
BY_PATH(UNLINK, unlink, (const char *path), AT_FDCWD, path, (path))
BY_PATH(RMDIR, rmdir, (const char *path), AT_FDCWD, path, (path))
BY_PATH(MKDIR, mkdir, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
BY_PATH(MKDIR, mkdirat, (int at, const char *path, mode_t mode), at, path, (at, path, mode))
BY_PATH(RENAME, rename, (const char *old, const char *path), AT_FDCWD, path, (old, path))
BY_PATH(RENAME, renameat, (int from, const char *old, int at, const char *path), at, path, (from, old, at, path))
BY_PATH(RENAME, renameat2, (int from, const char *old, int at, const char *path, unsigned flags), at, path,
        (from, old, at, path, flags))
BY_PATH(LINK, link, (const char *old, const char *path), AT_FDCWD, path, (old, path))
BY_PATH(LINK, linkat, (int from, const char *old, int at, const char *path, int flags), at, path,
        (from, old, at, path, flags))
BY_PATH(LINK, symlink, (const char *target, const char *path), AT_FDCWD, path, (target, path))
BY_PATH(LINK, symlinkat, (const char *target, int at, const char *path), at, path, (target, at, path))
BY_PATH(TRUNCATE, truncate, (const char *path, off_t size), AT_FDCWD, path, (path, size))
BY_PATH(MODE, chmod, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
BY_PATH(MODE, fchmodat, (int at, const char *path, mode_t mode, int flags), at, path, (at, path, mode, flags))
BY_PATH(TIMES, utimensat, (int at, const char *path, const struct timespec times[2], int flags), at, path,
        (at, path, times, flags))

struct utimbuf;
int utime(const char *path, const struct utimbuf *times);
BY_PATH(TIMES, utime, (const char *path, const struct utimbuf *times), AT_FDCWD, path, (path, times))

int unlinkat(int at, const char *path, int flags)
{
    REAL(unlinkat);
    return at_path(flags & AT_REMOVEDIR ? RMDIR : UNLINK, at, path) < 0 ? -1 : real(at, path, flags);
}

/* Children that are given an environment made from nothing (git's) take this library along all the same. */

int execve(const char *program, char *const arguments[], char *const environment[])
{
    static char preload[PATH_MAX + 16];
    int count = 0, kept = 0, number;
    REAL(execve);
    if (!board) return real(program, arguments, environment);
    if (!preload[0]) {
        Dl_info found;
        if (!dladdr((void *)faults_attach, &found)) return real(program, arguments, environment);
        snprintf(preload, sizeof preload, "LD_PRELOAD=%s", found.dli_fname);
    }
    while (environment && environment[count]) count++;
    {
        /* On the stack: the child of a vfork must not touch the heap. */
        char *mine[count + 3];
        for (number = 0; number < count; number++)
            if (strncmp(environment[number], "LD_PRELOAD=", 11) && strncmp(environment[number], "FAULTS_BOARD=", 13))
                mine[kept++] = environment[number];
        mine[kept++] = preload;
        mine[kept++] = setting;
        mine[kept] = NULL;
        return real(program, arguments, mine);
    }
}

int execv(const char *program, char *const arguments[])
{
    extern char **environ;
    return execve(program, arguments, environ);
}
