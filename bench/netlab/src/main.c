// netlab SEED: reads commands from standard input and carries packets until it ends.
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "lab.h"

#define LINE_BYTES 2048
#define READS_A_TURN 64

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Precise to a fraction of a millisecond also where other programs want the processor; without the right to it, as good as the scheduler lets it be.
static void hurry(void) {
  struct sched_param round_robin = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &round_robin) < 0) setpriority(PRIO_PROCESS, 0, -10);
  mlockall(MCL_CURRENT);
}

static bool read_commands(void) {
  static char line[LINE_BYTES];
  static size_t filled;
  ssize_t count = read(STDIN_FILENO, line + filled, sizeof line - 1 - filled);
  if (count <= 0) return false;
  filled += (size_t)count;
  for (char *end; (end = memchr(line, '\n', filled));) {
    *end = 0;
    control_line(line, now());
    filled -= (size_t)(end + 1 - line);
    memmove(line, end + 1, filled);
  }
  return filled < sizeof line - 1;
}

static void read_packets(struct port *port) {
  uint8_t bytes[PACKET_BYTES];
  for (int i = 0; i < READS_A_TURN; i++) {
    ssize_t length = read(port->fd, bytes, sizeof bytes);
    if (length <= 0) return;
    router_enter(port, bytes, (int)length, now());
  }
}

int main(int count, char **arguments) {
  seed_random(count > 1 ? strtoull(arguments[1], NULL, 10) : 1);
  signal(SIGPIPE, SIG_IGN);
  hurry();
  for (;;) {
    router_advance(now());
    struct pollfd waits[1 + PORTS] = {{.fd = STDIN_FILENO, .events = POLLIN}};
    for (int i = 0; i < port_count; i++) waits[1 + i] = (struct pollfd){.fd = ports[i].fd, .events = POLLIN};
    int watched = port_count;
    struct packet *first = queue_first();
    int64_t left = first ? first->due - now() : 0;
    if (left < 0) left = 0;
    struct timespec patience = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (ppoll(waits, (nfds_t)(1 + watched), first ? &patience : NULL, NULL) < 0) continue;
    for (int i = 0; i < watched; i++)
      if (waits[1 + i].revents & POLLIN) read_packets(&ports[i]);
    if (waits[0].revents && !read_commands()) return 0;
  }
}
