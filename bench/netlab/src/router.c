// From a host's link through its NAT, the path, the other NAT and the other link.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lab.h"

struct path { struct port *from, *to; struct shaper shaper; };

struct port ports[PORTS];
int port_count;
struct nat *nats[NATS];
int nat_count;
uint64_t unrouted, unheld;
static struct path paths[PATHS];
static int path_count;

struct port *port_find(const char *name) {
  for (int i = 0; i < port_count; i++)
    if (!strcmp(ports[i].name, name)) return &ports[i];
  return NULL;
}

struct nat *nat_find(const char *name) {
  for (int i = 0; i < nat_count; i++)
    if (!strcmp(nat_name(nats[i]), name)) return nats[i];
  return NULL;
}

struct shaper *path_of(struct port *from, struct port *to, bool create, int64_t now) {
  for (int i = 0; i < path_count; i++)
    if (paths[i].from == from && paths[i].to == to) return &paths[i].shaper;
  if (!create || path_count == PATHS) return NULL;
  struct path *path = &paths[path_count++];
  path->from = from, path->to = to;
  shaper_reset(&path->shaper, now);
  return &path->shaper;
}

static struct port *inside_of(const struct nat *nat, uint32_t v4) {
  for (int i = 0; i < port_count; i++)
    if (ports[i].nat == nat && ports[i].v4 == v4) return &ports[i];
  return NULL;
}

static struct port *by_v6(const uint8_t *address) {
  for (int i = 0; i < port_count; i++)
    if (!memcmp(ports[i].v6, address, 16)) return &ports[i];
  return NULL;
}

static struct port *route(struct packet *packet, int64_t now) {
  struct flow flow;
  if (!flow_read(&flow, packet->bytes, packet->length)) return NULL;
  if (flow.is_v6) return by_v6(packet->bytes + 24);
  struct nat *own = packet->from->nat;
  if (own) {
    struct port *neighbour = inside_of(own, flow.target);
    if (neighbour) return neighbour;
    if (flow.target == nat_address(own) && !nat_hairpins(own)) return NULL;
    if (!nat_outbound(own, packet, &flow, now)) return NULL;
  }
  for (int i = 0; i < nat_count; i++) {
    uint32_t inside;
    if (nat_address(nats[i]) == flow.target) return nat_inbound(nats[i], packet, &flow, now, &inside) ? inside_of(nats[i], inside) : NULL;
  }
  return inside_of(NULL, flow.target);
}

static void send_on(struct packet *packet, enum stage stage, struct shaper *shaper, int64_t now) {
  packet->stage = stage;
  if (!shaper_take(shaper, packet, now)) {
    free(packet);
  } else if (!queue_put(packet)) {
    unheld++;
    free(packet);
  }
}

void router_enter(struct port *from, const uint8_t *bytes, int length, int64_t now) {
  struct packet *packet = malloc(sizeof *packet + (size_t)length);
  if (!packet) return;
  packet->from = from, packet->to = NULL, packet->length = length;
  memcpy(packet->bytes, bytes, (size_t)length);
  send_on(packet, STAGE_UP, &from->up, now);
}

void router_advance(int64_t now) {
  for (struct packet *packet; (packet = queue_first()) && packet->due <= now;) {
    queue_take();
    // The next stage begins when this one was to end, not when the process came to it: lateness does not add up.
    int64_t at = packet->due;
    if (packet->stage == STAGE_UP) {
      if (!(packet->to = route(packet, at))) {
        unrouted++;
        free(packet);
        continue;
      }
      struct shaper *path = path_of(packet->from, packet->to, false, at);
      if (path) {
        send_on(packet, STAGE_PATH, path, at);
        continue;
      }
    }
    if (packet->stage != STAGE_DOWN) {
      send_on(packet, STAGE_DOWN, &packet->to->down, at);
      continue;
    }
    if (write(packet->to->fd, packet->bytes, (size_t)packet->length) < 0) unheld++;
    free(packet);
  }
}
