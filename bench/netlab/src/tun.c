// A TUN device inside another network namespace, its descriptor here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lab.h"

int tun_open(const char *namespace, const char *device) {
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", namespace);
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), other = open(path, O_RDONLY | O_CLOEXEC), fd = -1, cause = 0;
  if (own >= 0 && other >= 0 && setns(other, CLONE_NEWNET) == 0) {
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
      cause = errno;
      if (fd >= 0) close(fd);
      fd = -1;
    }
    if (setns(own, CLONE_NEWNET) < 0) _exit(70);
  } else {
    cause = errno;
  }
  if (own >= 0) close(own);
  if (other >= 0) close(other);
  errno = cause;
  return fd;
}
