// A NAT box (RFC 4787): how it maps, whom it lets in.
#include <stdlib.h>
#include <string.h>
#include "lab.h"

#define MAPPINGS 4096
#define REMOTES 64
#define FIRST_PORT 20000
#define PORT_SPAN 40000
#define MS 1000000.0
#define UDP 17

struct remote { uint32_t address; uint16_t port; int64_t used; };

struct mapping {
  uint8_t protocol;
  uint32_t inside, remote;
  uint16_t inside_port, remote_port, outside_port; // remote and its port are 0 where the mapping does not depend on them
  int64_t used;
  int remote_count;
  struct remote remotes[REMOTES]; // A ring: the 65th that was sent to takes the place of the first.
};

struct nat {
  char name[NAME_BYTES];
  enum nat_kind kind;
  uint32_t address;
  bool hairpins;
  int64_t udp_life, other_life;
  int count;
  struct mapping *mappings;
};

static const char *const words[] = {"full-cone", "restricted", "port-restricted", "symmetric"};

bool nat_kind_of(const char *word, enum nat_kind *kind) {
  for (int i = 0; i < 4; i++)
    if (!strcmp(word, words[i])) return *kind = (enum nat_kind)i, true;
  return false;
}

struct nat *nat_create(const char *name, enum nat_kind kind, uint32_t address) {
  struct nat *nat = calloc(1, sizeof *nat);
  if (!nat || !(nat->mappings = calloc(MAPPINGS, sizeof *nat->mappings))) return NULL;
  strncpy(nat->name, name, NAME_BYTES - 1);
  nat->kind = kind, nat->address = address;
  nat->udp_life = (int64_t)(30000 * MS), nat->other_life = (int64_t)(300000 * MS);
  return nat;
}

void nat_change(struct nat *nat, enum nat_kind kind) { nat->kind = kind, nat->count = 0; }
const char *nat_name(const struct nat *nat) { return nat->name; }
uint32_t nat_address(const struct nat *nat) { return nat->address; }
bool nat_hairpins(const struct nat *nat) { return nat->hairpins; }

bool nat_set(struct nat *nat, const char *key, double value) {
  if (!strcmp(key, "hairpin")) nat->hairpins = value != 0;
  else if (!strcmp(key, "udpLife")) nat->udp_life = (int64_t)(value * MS);
  else return false;
  return true;
}

static void forget_old(struct nat *nat, int64_t now) {
  for (int i = 0; i < nat->count;) {
    struct mapping *mapping = &nat->mappings[i];
    if (now - mapping->used > (mapping->protocol == UDP ? nat->udp_life : nat->other_life)) *mapping = nat->mappings[--nat->count];
    else i++;
  }
}

static struct mapping *by_outside(struct nat *nat, uint8_t protocol, uint16_t port) {
  for (int i = 0; i < nat->count; i++)
    if (nat->mappings[i].outside_port == port && nat->mappings[i].protocol == protocol) return &nat->mappings[i];
  return NULL;
}

// A cone keeps the port where it is free; a symmetric NAT never does.
static uint16_t free_port(struct nat *nat, uint8_t protocol, uint16_t wish) {
  if (nat->kind != NAT_SYMMETRIC && wish && !by_outside(nat, protocol, wish)) return wish;
  for (int tries = 0; tries < PORT_SPAN; tries++) {
    uint16_t port = (uint16_t)(FIRST_PORT + uniform() * PORT_SPAN);
    if (!by_outside(nat, protocol, port)) return port;
  }
  return 0;
}

static void note(struct mapping *mapping, uint32_t address, uint16_t port, int64_t now) {
  int held = mapping->remote_count < REMOTES ? mapping->remote_count : REMOTES;
  for (int i = 0; i < held; i++)
    if (mapping->remotes[i].address == address && mapping->remotes[i].port == port) {
      mapping->remotes[i].used = now;
      return;
    }
  mapping->remotes[mapping->remote_count++ % REMOTES] = (struct remote){address, port, now};
}

bool nat_outbound(struct nat *nat, struct packet *packet, struct flow *flow, int64_t now) {
  if (!flow->source_port) return false;
  forget_old(nat, now);
  uint16_t port = get16(flow->source_port), remote_port = flow->target_port ? get16(flow->target_port) : 0;
  uint32_t remote = nat->kind == NAT_SYMMETRIC ? flow->target : 0;
  uint16_t remote_key = nat->kind == NAT_SYMMETRIC ? remote_port : 0;
  struct mapping *mapping = NULL;
  for (int i = 0; i < nat->count && !mapping; i++) {
    struct mapping *m = &nat->mappings[i];
    if (m->protocol == flow->protocol && m->inside == flow->source && m->inside_port == port && m->remote == remote && m->remote_port == remote_key) mapping = m;
  }
  if (!mapping) {
    uint16_t outside = nat->count < MAPPINGS ? free_port(nat, flow->protocol, port) : 0;
    if (!outside) return false;
    mapping = &nat->mappings[nat->count++];
    *mapping = (struct mapping){.protocol = flow->protocol, .inside = flow->source, .remote = remote, .inside_port = port, .remote_port = remote_key, .outside_port = outside};
  }
  mapping->used = now;
  note(mapping, flow->target, remote_port, now);
  flow_set_address(flow, packet->bytes, false, nat->address);
  flow_set_port(flow, flow->source_port, mapping->outside_port);
  return true;
}

static bool lets_in(const struct nat *nat, const struct mapping *mapping, uint32_t address, uint16_t port, int64_t now) {
  if (nat->kind == NAT_FULL_CONE) return true;
  int held = mapping->remote_count < REMOTES ? mapping->remote_count : REMOTES;
  int64_t life = mapping->protocol == UDP ? nat->udp_life : nat->other_life;
  for (int i = 0; i < held; i++) {
    const struct remote *remote = &mapping->remotes[i];
    if (remote->address == address && (nat->kind == NAT_RESTRICTED || remote->port == port) && now - remote->used <= life) return true;
  }
  return false;
}

bool nat_inbound(struct nat *nat, struct packet *packet, struct flow *flow, int64_t now, uint32_t *inside) {
  if (!flow->target_port) return false;
  forget_old(nat, now);
  struct mapping *mapping = by_outside(nat, flow->protocol, get16(flow->target_port));
  if (!mapping || !lets_in(nat, mapping, flow->source, flow->source_port ? get16(flow->source_port) : 0, now)) return false;
  flow_set_address(flow, packet->bytes, true, mapping->inside);
  flow_set_port(flow, flow->target_port, mapping->inside_port);
  *inside = mapping->inside;
  return true;
}
