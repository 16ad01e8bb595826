// What busybox cannot show or do. One command a function; each prints plain text.

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  return 1;
}

// The braces of `text` that are still open.
static int depth(const char *text) {
  int open = 0;
  for (; *text; text++) open += (*text == '{') - (*text == '}');
  return open;
}

// Listens on a unix socket, prints "ready", and takes one message with a descriptor.
// Returns the descriptor; the text of the message is in `text`.
static int receive(const char *path, char *text, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) return -1;
  chmod(path, 0777);
  printf("ready\n");
  fflush(stdout);
  int peer = accept(listener, NULL, NULL);
  if (peer < 0) return -1;
  char control[256];
  struct iovec part = {text, size - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                           .msg_controllen = sizeof control};
  ssize_t count = recvmsg(peer, &message, MSG_CMSG_CLOEXEC);
  if (count < 0) return -1;
  text[count] = 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) {
    errno = EBADMSG;
    return -1;
  }
  // A long document comes in several pieces; its sender may keep the connection open.
  while ((size_t)count < size - 1 && text[0] == '{' && depth(text) > 0) {
    ssize_t more = recv(peer, text + count, size - 1 - count, 0);
    if (more <= 0) break;
    count += more;
    text[count] = 0;
  }
  int received;
  memcpy(&received, CMSG_DATA(header), sizeof received);
  return received;
}

// console SOCKET [INPUT AFTER]: takes a terminal's master, shows what the terminal says, and types
// INPUT once that holds AFTER.
static int console(int count, char **words) {
  static char name[4096], text[65536];
  int master = receive(words[1], name, sizeof name);
  if (master < 0) return fail("console socket");
  struct winsize size = {0};
  ioctl(master, TIOCGWINSZ, &size);
  printf("console %s %d x %d\n", name, size.ws_col, size.ws_row);
  fflush(stdout);
  const char *input = count > 3 ? words[2] : NULL;
  size_t length = 0;
  for (;;) {
    if (input && strstr(text, words[3])) {
      if (write(master, input, strlen(input)) < 0) return fail("type");
      input = NULL;
    }
    ssize_t more = read(master, text + length, sizeof text - 1 - length);
    if (more <= 0) return 0;
    fwrite(text + length, 1, more, stdout);
    fflush(stdout);
    length += more;
  }
}

// receive SOCKET: takes a descriptor, prints the message and what the descriptor is.
static int receive_descriptor(int count, char **words) {
  char text[65536], link[64], target[256] = {0};
  int received = receive(words[1], text, sizeof text);
  if (received < 0) return fail("receive");
  snprintf(link, sizeof link, "/proc/self/fd/%d", received);
  if (readlink(link, target, sizeof target - 1) < 0) return fail("readlink");
  printf("%s\n%s\n", target, text);
  return 0;
}

// notify SOCKET ERRNO: takes a seccomp listener, prints the message that came with it, and answers
// every call with ERRNO.
static int notify(int count, char **words) {
  static char text[65536];
  int listener = receive(words[1], text, sizeof text);
  if (listener < 0) return fail("listener");
  printf("%s\n", text);
  fflush(stdout);
  for (;;) {
    struct pollfd event = {listener, POLLIN, 0};
    if (poll(&event, 1, -1) < 0 || !(event.revents & POLLIN)) return 0;
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) continue;
    struct seccomp_notif_resp answer = {.id = call.id, .error = -atoi(words[2])};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

// exchange A B: swaps two names until it is killed.
static int exchange(int count, char **words) {
  for (;;)
    if (syscall(SYS_renameat2, AT_FDCWD, words[1], AT_FDCWD, words[2], 2 /* RENAME_EXCHANGE */))
      return fail("exchange");
}

// call NUMBER [ARGUMENT…]: makes a system call; an argument is a number, or text that is passed by
// its address.
static int make_call(int count, char **words) {
  long arguments[6] = {0};
  for (int i = 2; i < count && i < 8; i++) {
    char *end;
    long number = strtol(words[i], &end, 0);
    arguments[i - 2] = *end || !words[i][0] ? (long)words[i] : number;
  }
  errno = 0;
  long result = syscall(atol(words[1]), arguments[0], arguments[1], arguments[2], arguments[3],
                        arguments[4], arguments[5]);
  printf("%ld %d\n", result, errno);
  return 0;
}

// call32 NUMBER [ARGUMENT…]: the same through the gate of 32-bit programs.
static int make_call32(int count, char **words) {
#ifdef __x86_64__
  long first = count > 2 ? strtol(words[2], NULL, 0) : 0;
  long second = count > 3 ? strtol(words[3], NULL, 0) : 0;
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(atol(words[1])), "b"(first), "c"(second)
                   : "r8", "r9", "r10", "r11", "memory");
  printf("%ld\n", result);
  return 0;
#else
  printf("absent\n");
  return 0;
#endif
}

// descriptors: prints the number and the target of each open descriptor.
static int descriptors(int count, char **words) {
  for (int i = 0; i < 4096; i++) {
    if (fcntl(i, F_GETFD) < 0) continue;
    char link[64], target[4096] = {0};
    snprintf(link, sizeof link, "/proc/self/fd/%d", i);
    if (readlink(link, target, sizeof target - 1) < 0) strcpy(target, "?");
    printf("%d %s\n", i, target);
  }
  return 0;
}

// scheduling: policy, nice value, priority, I/O priority and the processors of this process.
static int scheduling(int count, char **words) {
  struct {
    unsigned size, policy;
    unsigned long long flags;
    int nice;
    unsigned priority;
    unsigned long long runtime, deadline, period;
    unsigned clamp_min, clamp_max;
  } attributes = {0};
  syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
  long io = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
  printf("policy=%u nice=%d priority=%u flags=%llu runtime=%llu deadline=%llu period=%llu\n",
         attributes.policy, attributes.nice, attributes.priority, attributes.flags,
         attributes.runtime, attributes.deadline, attributes.period);
  printf("io=%ld/%ld\n", io >> 13, io & 0x1fff);
  return 0;
}

// dumpable: whether the process can be dumped.
static int dumpable(int count, char **words) {
  printf("%d\n", prctl(PR_GET_DUMPABLE));
  return 0;
}

// ignore SIGNAL…: ignores the signals, prints "ready" and sleeps.
static int ignore(int count, char **words) {
  for (int i = 1; i < count; i++) signal(atoi(words[i]), SIG_IGN);
  printf("ready\n");
  fflush(stdout);
  for (;;) pause();
  return 0;
}

// allocate MIB: touches that much memory.
static int allocate(int count, char **words) {
  for (long i = 0; i < atol(words[1]); i++) {
    char *block = malloc(1 << 20);
    if (!block) return fail("malloc");
    memset(block, 1, 1 << 20);
  }
  printf("allocated\n");
  return 0;
}

// attack-binary: waits for processes that run another program than this container's, holds that
// program open, and tries to write to it.
static int attack_binary(int count, char **words) {
  printf("ready\n");
  fflush(stdout);
  for (int pid = 2;; pid = pid > 400 ? 2 : pid + 1) {
    char path[64], target[4096] = {0};
    if (pid == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (readlink(path, target, sizeof target - 1) < 0) continue;
    if (!strncmp(target, "/bin/", 5)) continue;
    int held = open(path, O_RDONLY | O_CLOEXEC);
    if (held < 0) continue;
    printf("held %s\n", target);
    fflush(stdout);
    snprintf(path, sizeof path, "/proc/self/fd/%d", held);
    // The file can be written once nobody runs it any more.
    for (int i = 0; i < 200; i++) {
      int writable = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
      if (writable >= 0 && write(writable, "#", 1) == 1) {
        printf("overwritten\n");
        fflush(stdout);
      }
      if (writable >= 0) close(writable);
      usleep(1000);
    }
    close(held);
  }
}

// attack-descriptors SECRET: looks through the descriptors of all other processes for a folder from
// which SECRET, a path of the host, can be reached by going up.
static int attack_descriptors(int count, char **words) {
  printf("ready\n");
  fflush(stdout);
  char path[64], escape[4096];
  snprintf(escape, sizeof escape, "../../../../../../../../../..%s", words[1]);
  for (int pid = 1;; pid = pid > 400 ? 1 : pid + 1) {
    if (pid == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%d", pid);
    if (access(path, F_OK)) continue;
    for (int number = -2; number < 64; number++) {
      if (number < 0)
        snprintf(path, sizeof path, "/proc/%d/%s", pid, number == -2 ? "cwd" : "root");
      else
        snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, number);
      int held = open(path, O_PATH | O_CLOEXEC);
      if (held < 0) continue;
      int secret = openat(held, escape, O_RDONLY | O_CLOEXEC);
      if (secret >= 0) {
        printf("reached by %s\n", path);
        fflush(stdout);
        close(secret);
      }
      close(held);
    }
  }
}

// deny NUMBER ERRNO PROGRAM…: runs a program for which a system call fails.
static int deny(int count, char **words) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, atoi(words[1]), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | atoi(words[2])),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) return fail("seccomp");
  execvp(words[3], words + 3);
  return fail(words[3]);
}

static const struct {
  const char *name;
  int needed;
  int (*run)(int, char **);
} commands[] = {
    {"console", 1, console},         {"receive", 1, receive_descriptor}, {"notify", 2, notify},
    {"exchange", 2, exchange},       {"call", 1, make_call},             {"call32", 1, make_call32},
    {"descriptors", 0, descriptors}, {"scheduling", 0, scheduling},      {"dumpable", 0, dumpable},
    {"ignore", 0, ignore},           {"allocate", 1, allocate},
    {"attack-binary", 0, attack_binary},
    {"attack-descriptors", 1, attack_descriptors},
    {"deny", 3, deny},
};

int main(int count, char **words) {
  for (size_t i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++)
    if (!strcmp(words[1], commands[i].name) && count - 2 >= commands[i].needed)
      return commands[i].run(count - 1, words + 1);
  fprintf(stderr, "unknown command\n");
  return 2;
}
