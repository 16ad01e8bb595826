// What Swift cannot reach in the C library by itself: calls that glibc has no wrapper for, variadic
// calls, and macros that the importer leaves out. Declarations and one-line bodies only; no logic.
#ifndef CLINUX_H
#define CLINUX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/sched.h>

/// Any system call, for those that glibc has no wrapper for. See syscall(2).
static inline long clinux_syscall(long number, unsigned long a, unsigned long b, unsigned long c,
                                  unsigned long d, unsigned long e, unsigned long f) {
    return syscall(number, a, b, c, d, e, f);
}

/// clone3(2) without CLONE_VM: as fork(2), with the flags of clone(2).
static inline pid_t clinux_clone3(struct clone_args *arguments) {
    return (pid_t)syscall(SYS_clone3, arguments, sizeof *arguments);
}

static inline int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode,
                                 uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

static inline int clinux_capget(struct __user_cap_header_struct *header,
                                struct __user_cap_data_struct *data) {
    return (int)syscall(SYS_capget, header, data);
}

static inline int clinux_capset(struct __user_cap_header_struct *header,
                                const struct __user_cap_data_struct *data) {
    return (int)syscall(SYS_capset, header, data);
}

/// struct sched_attr of sched_setattr(2): its kernel header and glibc's <sched.h> exclude each other.
struct clinux_sched_attr {
    uint32_t size, sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime, sched_deadline, sched_period;
    uint32_t sched_util_min, sched_util_max;
};

static inline int clinux_sched_setattr(pid_t pid, struct clinux_sched_attr *attributes) {
    return (int)syscall(SYS_sched_setattr, pid, attributes, 0U);
}

static inline int clinux_pivot_root(const char *new_root, const char *put_old) {
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

// Variadic in C, so not callable from Swift.

static inline int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                               unsigned long d) {
    return prctl(option, a, b, c, d);
}

static inline int clinux_fcntl(int fd, int command, long argument) {
    return fcntl(fd, command, argument);
}

static inline int clinux_lock_file(int fd, short kind, int waits) {
    struct flock lock = {.l_type = kind, .l_whence = SEEK_SET};
    return fcntl(fd, waits ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
}

static inline int clinux_ioctl(int fd, unsigned long request, void *argument) {
    return ioctl(fd, request, argument);
}

static inline int clinux_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags, mode);
}

static inline char **clinux_environ(void) { return environ; }

// Requests that are made by a macro with a cast: see ioctl_tty(2).
static const unsigned long clinux_TIOCSPTLCK = TIOCSPTLCK;
static const unsigned long clinux_TIOCGPTN = TIOCGPTN;
static const unsigned long clinux_TIOCGPTPEER = TIOCGPTPEER;

// In Swift these names mean the structure, which hides the function.

static inline int clinux_statx(int directory, const char *path, int flags, unsigned int mask,
                               struct statx *status) {
    return statx(directory, path, flags, mask, status);
}

static inline int clinux_statfs(const char *path, struct statfs *status) {
    return statfs(path, status);
}

// glibc takes a transparent union of pointers for addresses, which Swift cannot make of one of these.

static inline int clinux_accept4(int socket, struct sockaddr_storage *address, socklen_t *length,
                                 int flags) {
    return accept4(socket, (struct sockaddr *)address, length, flags);
}

static inline ssize_t clinux_recvfrom(int socket, void *buffer, size_t size, int flags,
                                      struct sockaddr_storage *address, socklen_t *length) {
    return recvfrom(socket, buffer, size, flags, (struct sockaddr *)address, length);
}

static inline int clinux_bind_netlink(int socket) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    return bind(socket, (struct sockaddr *)&address, sizeof address);
}

static inline int clinux_getsockname(int socket, struct sockaddr_storage *address,
                                     socklen_t *length) {
    return getsockname(socket, (struct sockaddr *)address, length);
}

// The macros of wait(2), makedev(3) and cmsg(3).

static inline int clinux_wifexited(int status) { return WIFEXITED(status); }
static inline int clinux_wexitstatus(int status) { return WEXITSTATUS(status); }
static inline int clinux_wifsignaled(int status) { return WIFSIGNALED(status); }
static inline int clinux_wtermsig(int status) { return WTERMSIG(status); }
static inline dev_t clinux_makedev(unsigned int major, unsigned int minor) {
    return makedev(major, minor);
}
static inline unsigned int clinux_major(dev_t device) { return major(device); }
static inline unsigned int clinux_minor(dev_t device) { return minor(device); }
static inline struct cmsghdr *clinux_cmsg_firsthdr(const struct msghdr *message) {
    return CMSG_FIRSTHDR(message);
}
static inline struct cmsghdr *clinux_cmsg_nxthdr(struct msghdr *message, struct cmsghdr *header) {
    return CMSG_NXTHDR(message, header);
}
static inline unsigned char *clinux_cmsg_data(struct cmsghdr *header) { return CMSG_DATA(header); }
static inline size_t clinux_cmsg_space(size_t length) { return CMSG_SPACE(length); }
static inline size_t clinux_cmsg_len(size_t length) { return CMSG_LEN(length); }

#endif
