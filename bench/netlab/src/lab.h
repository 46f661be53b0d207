// The lab's network: TUN devices of many namespaces joined by one router, whose links are shaped and whose NAT boxes translate.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_BYTES 64
#define PORTS 128
#define NATS 64
#define PATHS 256
#define PACKET_BYTES 2048

struct shaper {
  // Settings. Times are in ns, shares between 0 and 1; a rate of 0 is no limit.
  int64_t delay, jitter, queue, reorder_by, burst, burst_every;
  double rate, loss, reorder;
  int mtu;
  bool blocks_udp;
  // State.
  int64_t free_at, last_due, outage_from, outage_until;
  // Counters of packets.
  uint64_t passed, bytes, lost, overflowed, blocked, outage;
};

struct nat;

struct port {
  char name[NAME_BYTES];
  int fd;
  uint32_t v4;
  uint8_t v6[16];
  struct nat *nat;
  struct shaper up, down;
};

enum stage { STAGE_UP, STAGE_PATH, STAGE_DOWN };

struct packet {
  int64_t due;
  uint64_t order;
  enum stage stage;
  struct port *from, *to;
  int length;
  uint8_t bytes[];
};

// shaper.c
void shaper_reset(struct shaper *shaper, int64_t now);
bool shaper_set(struct shaper *shaper, const char *key, double value, int64_t now);
bool shaper_take(struct shaper *shaper, struct packet *packet, int64_t now); // false: the packet is lost
void seed_random(uint64_t seed);
double uniform(void);

// queue.c: what is under way, soonest first; of equal times the earlier put
bool queue_put(struct packet *packet); // false: full
struct packet *queue_first(void);
struct packet *queue_take(void);

// flow.c: what of a packet a router reads and writes
struct flow {
  bool is_v6;
  uint8_t protocol;
  uint32_t source, target; // of IPv4, host byte order
  uint8_t *source_port, *target_port; // of UDP and TCP; the identifier of an ICMP echo is its sender's port; null where there is none
  uint8_t *checksum; // of the transport; null where it is not used
};
bool flow_read(struct flow *flow, uint8_t *bytes, int length);
uint16_t get16(const uint8_t *at);
void flow_set_address(struct flow *flow, uint8_t *bytes, bool target, uint32_t address);
void flow_set_port(struct flow *flow, uint8_t *at, uint16_t port);

// nat.c
enum nat_kind { NAT_FULL_CONE, NAT_RESTRICTED, NAT_PORT_RESTRICTED, NAT_SYMMETRIC };
bool nat_kind_of(const char *word, enum nat_kind *kind);
struct nat *nat_create(const char *name, enum nat_kind kind, uint32_t address);
void nat_change(struct nat *nat, enum nat_kind kind);
bool nat_set(struct nat *nat, const char *key, double value);
const char *nat_name(const struct nat *nat);
uint32_t nat_address(const struct nat *nat);
bool nat_hairpins(const struct nat *nat);
bool nat_outbound(struct nat *nat, struct packet *packet, struct flow *flow, int64_t now);
bool nat_inbound(struct nat *nat, struct packet *packet, struct flow *flow, int64_t now, uint32_t *inside);

// router.c
extern struct port ports[PORTS];
extern int port_count;
extern struct nat *nats[NATS];
extern int nat_count;
extern uint64_t unrouted, unheld;
struct port *port_find(const char *name);
struct nat *nat_find(const char *name);
struct shaper *path_of(struct port *from, struct port *to, bool create, int64_t now);
void router_enter(struct port *from, const uint8_t *bytes, int length, int64_t now);
void router_advance(int64_t now); // everything that is due

// tun.c
int tun_open(const char *namespace, const char *device); // -1: errno says why

// control.c
void control_line(char *line, int64_t now);
