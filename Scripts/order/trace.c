// trace SYMBOLS COMMAND…: runs a static program instruction by instruction, its children too, and prints
// the names of its functions in the order in which they are first entered.
//
// SYMBOLS is what `nm --numeric-sort --defined-only` says of the program. A process that has become
// another program runs on by itself.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function {
  unsigned long start;
  char *name;
  int is_entered;
};

static struct function *functions;
static size_t count;
static struct stat program;

static void read_symbols(const char *path) {
  FILE *file = fopen(path, "r");
  char line[65536], name[65536], kind;
  unsigned long start;
  size_t room = 0;
  if (!file) exit(2);
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "%lx %c %s", &start, &kind, name) != 3 || !strchr("tTwWiI", kind)) continue;
    if (count == room) functions = realloc(functions, (room = 2 * room + 1024) * sizeof *functions);
    functions[count++] = (struct function){start, strdup(name), 0};
  }
  fclose(file);
}

static void enter(unsigned long address) {
  size_t low = 0, high = count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (functions[middle].start <= address) low = middle;
    else high = middle;
  }
  // Before it is executed, and in the kernel's own page, it is nowhere in the program.
  int is_beyond = low + 1 >= count || address < functions[low].start;
  if (is_beyond || functions[low].is_entered) return;
  // Names of one address are aliases; the linker takes any.
  functions[low].is_entered = 1;
  puts(functions[low].name);
}

static int is_program(pid_t pid) {
  char path[64];
  struct stat file;
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  return !stat(path, &file) && file.st_ino == program.st_ino && file.st_dev == program.st_dev;
}

int main(int words, char **word) {
  if (words < 3 || stat(word[2], &program)) return 2;
  read_symbols(word[1]);
  pid_t first = fork();
  if (first == 0) {
    // The program's output is not the list's.
    dup2(2, 1);
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execv(word[2], word + 2);
    _exit(127);
  }
  int status;
  waitpid(first, &status, 0);
  ptrace(PTRACE_SETOPTIONS, first, 0,
         PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC);
  ptrace(PTRACE_SINGLESTEP, first, 0, 0);
  unsigned long last = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
    if (pid == first && (WIFEXITED(status) || WIFSIGNALED(status)))
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status);
    if (signal == SIGTRAP && status >> 16 == PTRACE_EVENT_EXEC && !is_program(pid)) {
      ptrace(PTRACE_DETACH, pid, 0, 0);
      continue;
    }
    if (signal == SIGTRAP || signal == SIGSTOP) {
      signal = 0;
      struct user_regs_struct registers;
      if (!ptrace(PTRACE_GETREGS, pid, 0, &registers) && registers.rip >> 4 != last) {
        last = registers.rip >> 4;
        enter(registers.rip);
      }
    }
    ptrace(PTRACE_SINGLESTEP, pid, 0, signal);
  }
  return 1;
}
