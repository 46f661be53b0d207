/* A C ABI over libtorrent's node of the BitTorrent Mainline DHT (BEP 5, 32, 42) and its port mapping (UPnP, NAT-PMP, PCP).
   Nothing else of libtorrent runs: no torrents, no trackers, no local service discovery, no TCP, no public host that was not asked for.

   Calls queue work and return; results come back as batches of events by cc_dht_poll. No native thread calls out, no exception crosses.
   Every function but cc_dht_open and cc_dht_poll may be called from any thread. One thread at a time polls a node. Nobody may be in a call when the
   node is closed.

   Functions return 0 or a count on success and a negative CC_DHT_* code on failure. The caller owns every buffer that it passes; nothing is kept of it
   after the call. A cc_dht is owned by whoever opened it until cc_dht_close. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#define CC_DHT_API __attribute__((visibility("default")))
#ifdef __cplusplus
extern "C" {
#endif

typedef struct cc_dht cc_dht;

enum { CC_DHT_TOO_SMALL = -1, CC_DHT_FAILED = -2 };

enum {
  CC_DHT_LOCAL = 1,        /* Many nodes on one address or in one private network: lifts the limits per address. */
  CC_DHT_MAP_PORTS = 2,    /* Looks for a gateway that maps ports. */
  CC_DHT_READ_ONLY = 4,    /* Asks but does not answer, BEP 43: for nodes that come and go. */
  CC_DHT_LEARN = 8,        /* Pings the first 24 addresses that it hears from, so that the tables of a small network fill at once and not by one node in 5 s. */
  CC_DHT_MAPPING_ONLY = 16 /* No DHT, only the port mapping. */
};

enum {
  CC_DHT_LISTENING = 1,    /* code: the UDP port. data: the address. */
  CC_DHT_BOOTSTRAPPED = 2,
  CC_DHT_PEERS = 3,        /* topic; data: 18 bytes a peer, an IPv6 or IPv4-mapped address and the port, big-endian. One event for each node that answers with peers. */
  CC_DHT_STATISTICS = 4,   /* data: a cc_dht_statistics. */
  CC_DHT_MAPPED = 5,       /* handle; code: the external port. */
  CC_DHT_MAPPING_FAILED = 6, /* handle; data: the cause, text. */
  CC_DHT_EXTERNAL_ADDRESS = 7, /* data: 18 bytes as a peer, port 0. Told by the gateway or by other nodes. */
  CC_DHT_LISTEN_FAILED = 8, /* data: the cause, text. */
  CC_DHT_ERROR = 9,        /* data: text. */
  CC_DHT_DROPPED = 10      /* Events were lost because nobody polled. */
};

typedef struct {
  int32_t type;
  int32_t code;
  int32_t handle;
  uint8_t topic[20];
  uint32_t offset; /* of the data in the buffer of the poll */
  uint32_t length;
} cc_dht_event;

typedef struct {
  int64_t nodes;     /* in the routing tables */
  int64_t topics;    /* kept for others */
  int64_t peers;     /* kept for others */
  int64_t bytes_in;
  int64_t bytes_out;
} cc_dht_statistics;

/* Opens a node. `listen`: "127.0.0.1:0,[::1]:0"; `bootstrap`: "host:port,[address]:port" or ""; `state`: from cc_dht_save, or NULL.
   NULL on failure, with the cause in `error`. Whether the port could be had is told by LISTENING or LISTEN_FAILED. */
CC_DHT_API cc_dht* cc_dht_open(const char* listen, const char* bootstrap, const uint8_t* state, size_t state_length, uint32_t flags, char* error, size_t error_size);
/* Closes nodes; all at once is as quick as one. */
CC_DHT_API void cc_dht_close(cc_dht** nodes, int count);
/* Adds a node to the tables once it has answered. */
CC_DHT_API int cc_dht_add_node(cc_dht* node, const char* address, int port);
/* Looks up a random topic: confirms nodes that were only heard of. */
CC_DHT_API int cc_dht_warm(cc_dht* node);
/* Announces that this host serves a topic at a port. No event tells of its end. */
CC_DHT_API int cc_dht_announce(cc_dht* node, const uint8_t topic[20], int port);
/* Looks a topic up. No event tells of its end. */
CC_DHT_API int cc_dht_find(cc_dht* node, const uint8_t topic[20]);
CC_DHT_API int cc_dht_request_statistics(cc_dht* node);
/* The node ids, 20 bytes each, one for each address that it listens on; returns their number. Waits for the node's thread. */
CC_DHT_API int cc_dht_node_ids(cc_dht* node, uint8_t* ids, int max);
/* The nodes of the routing tables; returns the size, or TOO_SMALL. Waits for the node's thread. */
CC_DHT_API int cc_dht_save(cc_dht* node, uint8_t* buffer, size_t capacity);
/* Asks every gateway to map a port; returns the number of handles, one for each gateway protocol and address. 0 without CC_DHT_MAP_PORTS. */
CC_DHT_API int cc_dht_map_port(cc_dht* node, int udp, int external_port, int local_port, int32_t* handles, int max);
CC_DHT_API int cc_dht_unmap_port(cc_dht* node, int32_t handle);
/* Takes events, waiting at most `timeout_ms` for the first. The data of an event lies in `buffer` until the caller uses it otherwise; an event whose
   data does not fit waits for the next call, TOO_SMALL if it is the first. At most 20,000 events wait, further ones are dropped. */
CC_DHT_API int cc_dht_poll(cc_dht* node, cc_dht_event* events, int max, uint8_t* buffer, size_t capacity, int timeout_ms);

#ifdef __cplusplus
}
#endif
