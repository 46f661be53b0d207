// Commands, one a line; each is answered by a line that begins with ok or error.
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lab.h"

#define WORDS 40

static void fail(const char *what, const char *which) { printf("error %s: %s\n", what, which); }

static bool pair(char *word, const char **key, double *value) {
  char *sign = strchr(word, '='), *end;
  if (!sign) return false;
  *sign = 0;
  *key = word, *value = strtod(sign + 1, &end);
  return end != sign + 1 && !*end;
}

// port NAME NAMESPACE DEVICE V4 V6|- NAT|-
static void add_port(char **word, int count, int64_t now) {
  struct in_addr v4;
  if (count != 7 || inet_pton(AF_INET, word[4], &v4) != 1) return fail("a port is NAME NAMESPACE DEVICE V4 V6 NAT, not", word[0]);
  if (port_count == PORTS || port_find(word[1])) return fail("no room for a port, or its name is taken", word[1]);
  struct port *port = &ports[port_count];
  memset(port, 0, sizeof *port);
  if (strcmp(word[5], "-") && inet_pton(AF_INET6, word[5], port->v6) != 1) return fail("no IPv6 address", word[5]);
  if (strcmp(word[6], "-") && !(port->nat = nat_find(word[6]))) return fail("no such NAT", word[6]);
  strncpy(port->name, word[1], NAME_BYTES - 1);
  port->v4 = ntohl(v4.s_addr);
  shaper_reset(&port->up, now);
  shaper_reset(&port->down, now);
  port->fd = tun_open(word[2], word[3]);
  if (port->fd < 0) return fail("a TUN device cannot be made", strerror(errno));
  port_count++;
  puts("ok");
}

// nat NAME KIND V4 KEY=VALUE...
static void add_nat(char **word, int count) {
  struct in_addr v4;
  enum nat_kind kind;
  if (count < 4 || !nat_kind_of(word[2], &kind) || inet_pton(AF_INET, word[3], &v4) != 1) return fail("a NAT is NAME KIND V4, not", word[0]);
  if (nat_count == NATS || nat_find(word[1])) return fail("no room for a NAT, or its name is taken", word[1]);
  struct nat *nat = nat_create(word[1], kind, ntohl(v4.s_addr));
  if (!nat) return fail("no memory", word[1]);
  for (int i = 4; i < count; i++) {
    const char *key;
    double value;
    if (!pair(word[i], &key, &value) || !nat_set(nat, key, value)) return fail("a NAT has no such setting", word[i]);
  }
  nats[nat_count++] = nat;
  puts("ok");
}

static bool apply(struct shaper *shaper, char **word, int count, int64_t now) {
  for (int i = 0; i < count; i++) {
    const char *key;
    double value;
    char copy[128];
    snprintf(copy, sizeof copy, "%s", word[i]);
    if (!pair(copy, &key, &value) || !shaper_set(shaper, key, value, now)) return fail("a link has no such setting", word[i]), false;
  }
  return true;
}

// set NAME up|down KEY=VALUE...
static void set_link(char **word, int count, int64_t now) {
  struct port *port = count > 2 ? port_find(word[1]) : NULL;
  if (!port) return fail("no such port", count > 1 ? word[1] : "");
  if (apply(strcmp(word[2], "up") ? &port->down : &port->up, word + 3, count - 3, now)) puts("ok");
}

// path FROM TO KEY=VALUE...
static void set_path(char **word, int count, int64_t now) {
  struct port *from = count > 2 ? port_find(word[1]) : NULL, *to = count > 2 ? port_find(word[2]) : NULL;
  struct shaper *shaper = from && to ? path_of(from, to, true, now) : NULL;
  if (!shaper) return fail("no such ports, or no room for a path", count > 1 ? word[1] : "");
  if (apply(shaper, word + 3, count - 3, now)) puts("ok");
}

// kind NAT KIND: the mappings are forgotten
static void change_kind(char **word, int count) {
  enum nat_kind kind;
  struct nat *nat = count == 3 ? nat_find(word[1]) : NULL;
  if (!nat || !nat_kind_of(word[2], &kind)) return fail("no such NAT or kind", count > 1 ? word[1] : "");
  nat_change(nat, kind);
  puts("ok");
}

static void print_shaper(const char *name, const struct shaper *s) {
  printf("\"%s\":{\"packets\":%lu,\"bytes\":%lu,\"lost\":%lu,\"overflowed\":%lu,\"blocked\":%lu,\"outage\":%lu}", name, s->passed, s->bytes, s->lost, s->overflowed, s->blocked, s->outage);
}

static void print_statistics(void) {
  printf("ok {\"unrouted\":%lu,\"unheld\":%lu,\"ports\":{", unrouted, unheld);
  for (int i = 0; i < port_count; i++) {
    printf("%s\"%s\":{", i ? "," : "", ports[i].name);
    print_shaper("up", &ports[i].up);
    putchar(',');
    print_shaper("down", &ports[i].down);
    putchar('}');
  }
  puts("}}");
}

void control_line(char *line, int64_t now) {
  char *word[WORDS];
  int count = 0;
  for (char *rest = line, *next; count < WORDS && (next = strtok_r(rest, " ", &rest));) word[count++] = next;
  if (!count) return;
  if (!strcmp(word[0], "port")) add_port(word, count, now);
  else if (!strcmp(word[0], "nat")) add_nat(word, count);
  else if (!strcmp(word[0], "set")) set_link(word, count, now);
  else if (!strcmp(word[0], "path")) set_path(word, count, now);
  else if (!strcmp(word[0], "kind")) change_kind(word, count);
  else if (!strcmp(word[0], "statistics")) print_statistics();
  else fail("no such command", word[0]);
  fflush(stdout);
}
