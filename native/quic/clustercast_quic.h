/*
 * QUIC v1 over libngtcp2 and GnuTLS behind a small C ABI.
 *
 * One context is one UDP socket and one worker thread that owns every ngtcp2 and GnuTLS object. The application hands
 * commands in and takes events out, both in batches of fixed-size structs; no function of this header waits for the
 * network, and only ccq_poll and ccq_stop wait at all. All functions may be called from any thread.
 *
 * Ownership
 *  - A slab is reference-counted memory that never moves. ccq_slab_new gives one reference.
 *  - ccq_submit takes over one reference for each command that names a slab, also when it fails. The bytes must not change
 *    afterwards: the library reads them again when it repairs loss.
 *  - An event that names a slab hands one reference to the reader, who drops it with ccq_slab_release.
 *  - An identity is reference-counted as well; ccq_serve and ccq_connect take a reference of their own.
 *  - Handles of connections are never reused: a late command for one that has ended is dropped.
 *
 * Bounds
 *  - Received bytes are bounded by the flow-control windows: credit is given back by CCQ_CONSUME only.
 *  - Streams that the peer may open are bounded: a place is given back by CCQ_RELEASE only.
 *  - While CCQ_EVENT_LIMIT events wait for ccq_poll the socket is not read, and the kernel drops what does not fit its buffer.
 *  - Datagrams beyond CCQ_DATAGRAM_LIMIT that wait to be sent, and received ones beyond half the event limit, are dropped.
 */
#ifndef CLUSTERCAST_QUIC_H
#define CLUSTERCAST_QUIC_H

#include <stddef.h>
#include <stdint.h>

#define CCQ_API __attribute__((visibility("default")))
#define CCQ_EVENT_LIMIT 65536
#define CCQ_DATAGRAM_LIMIT 256
#define CCQ_ALPN_BYTES 32

typedef struct ccq_context ccq_context;
typedef struct ccq_identity ccq_identity;
typedef struct ccq_slab ccq_slab;

typedef struct {
  uint8_t ip[16]; /* network order; an IPv4 address takes the first four */
  uint32_t scope; /* IPv6 only */
  uint16_t port;  /* host order */
  uint16_t family; /* 4 or 6 */
} ccq_address;

enum { CCQ_RENO = 0, CCQ_CUBIC = 1, CCQ_BBR = 2, CCQ_BBR2 = 3 };

enum {
  CCQ_NO_GSO = 1,          /* one system call argument per packet */
  CCQ_GRO = 2,             /* let the kernel join received packets */
  CCQ_NO_PATH_PROBING = 4, /* send max_udp_payload bytes at once instead of finding out what the path carries */
  CCQ_ACK_AT_ONCE = 8,     /* acknowledge ack_every packets before the next one is read, even when they came together */
};

typedef struct {
  uint32_t size; /* of this struct */
  uint32_t flags;
  ccq_address local;
  uint32_t congestion;
  uint32_t max_udp_payload; /* 1200 to 1452 */
  uint32_t idle_timeout_ms;
  uint32_t handshake_timeout_ms;
  uint32_t keep_alive_ms; /* 0: an idle connection ends */
  uint32_t stream_window;
  uint32_t connection_window;
  uint32_t max_bidirectional; /* streams that a peer may have open */
  uint32_t max_unidirectional;
  uint32_t low_water;        /* CCQ_WRITABLE comes when no more than this waits to be sent */
  uint32_t max_connections;  /* accepted and dialed ones together */
  uint32_t retry_above;      /* handshakes in progress, above which a client must prove its address first */
  uint32_t max_handshakes;   /* handshakes in progress, above which new ones are dropped */
  uint32_t address_rate;     /* handshakes a second from one address (IPv6: one /64) before Retry; four times as many after it */
  uint32_t address_burst;    /* of these at once */
  uint32_t ack_every;        /* acknowledge every so many packets */
  int32_t cpu;               /* the worker's processor, -1 for any */
  uint8_t secret[32];        /* keys stateless resets and Retry tokens; the same after a restart lets old peers know */
} ccq_config;

enum {
  CCQ_OPEN = 1,      /* value: priority, less is first; flags: CCQ_UNI; stream: the caller's cookie. Answered by CCQ_OPENED */
  CCQ_WRITE,         /* slab, offset, length; flags: CCQ_FIN, CCQ_NOTIFY */
  CCQ_RESET,         /* value: code */
  CCQ_STOP,          /* value: code; asks the peer to stop sending */
  CCQ_CONSUME,       /* value: bytes of the stream that the application has read or thrown away */
  CCQ_RELEASE,       /* the application is done with a stream that the peer opened and that is closed */
  CCQ_PRIORITIZE,    /* value: new priority of a stream */
  CCQ_DATAGRAM,      /* slab, offset, length */
  CCQ_CLOSE,         /* value: code; slab: reason, may be missing; flags: CCQ_TRANSPORT */
  CCQ_UPDATE_KEY,
  CCQ_RAW,           /* slab: ccq_address, then the bytes; first byte below 64, so that no peer takes it for QUIC */
  CCQ_CONNECT,       /* made by ccq_connect */
};

enum { CCQ_FIN = 1, CCQ_UNI = 2, CCQ_NOTIFY = 4, CCQ_TRANSPORT = 8 };

typedef struct {
  uint32_t op;
  uint32_t flags;
  uint64_t connection;
  int64_t stream;
  uint64_t value;
  ccq_slab *slab;
  uint32_t offset;
  uint32_t length;
} ccq_command;

enum {
  CCQ_CONNECTED = 1,   /* slab: ccq_peer; flags: CCQ_SERVER. The first event of a connection */
  CCQ_CLOSED,          /* the last event of a connection. flags: CCQ_BY_...; value: error code; slab: reason, may be missing */
  CCQ_OPENED,          /* stream: its id; value: the cookie */
  CCQ_PEER_OPENED,     /* stream */
  CCQ_DATA,            /* stream, slab, offset, length; flags: CCQ_FIN */
  CCQ_PEER_RESET,      /* stream, value: code. No more data */
  CCQ_PEER_STOPPED,    /* stream; the library tells no code. What was not sent is dropped and the stream is reset */
  CCQ_STREAM_CLOSED,   /* the last event of a stream */
  CCQ_WRITABLE,        /* value: bytes of all streams that have left the queue so far */
  CCQ_DATAGRAM_IN,     /* slab, offset, length */
  CCQ_MIGRATED,        /* slab: the peer's new ccq_address */
  CCQ_RAW_IN,          /* no connection; slab: ccq_address, then the bytes */
};

enum { CCQ_SERVER = 1 };

/* Why a connection has ended. */
enum {
  CCQ_BY_US = 1,
  CCQ_BY_PEER = 2,           /* value: the peer application's code */
  CCQ_BY_PEER_TRANSPORT = 3, /* value: RFC 9000 §20.1 */
  CCQ_BY_IDLE = 4,
  CCQ_BY_HANDSHAKE_TIMEOUT = 5,
  CCQ_BY_STATELESS_RESET = 6,
  CCQ_BY_ERROR = 7,          /* value: RFC 9000 §20.1; what this side found wrong */
};

typedef struct {
  uint32_t type;
  uint32_t flags;
  uint64_t connection;
  int64_t stream;
  uint64_t value;
  ccq_slab *slab;
  uint32_t offset;
  uint32_t length;
} ccq_event;

/* What a connection measures; written by the worker, read at any time. */
typedef struct {
  uint64_t round_trip_ns; /* smoothed */
  uint64_t min_round_trip_ns;
  uint64_t congestion_window;
  uint64_t in_flight;
  uint64_t sent_packets;
  uint64_t sent_bytes;
  uint64_t received_packets;
  uint64_t received_bytes;
  uint64_t lost_packets; /* with stream data or a datagram in them */
  uint64_t datagrams_done; /* sent or dropped */
  uint64_t datagrams_dropped;
  uint64_t max_datagram; /* bytes; 0 when the peer takes none */
  uint64_t key_updates;
} ccq_figures;

typedef struct {
  ccq_figures figures;
  ccq_address remote;
  char alpn[CCQ_ALPN_BYTES];
  uint32_t alpn_length;
  uint32_t certificate_length; /* DER of the peer's leaf certificate follows the struct; 0 when it has shown none */
} ccq_peer;

typedef struct {
  uint64_t sent_packets;
  uint64_t sent_bytes;
  uint64_t send_calls;
  uint64_t send_errors;     /* packets that the kernel refused */
  uint64_t received_packets;
  uint64_t received_bytes;
  uint64_t receive_calls;
  uint64_t connections;     /* now */
  uint64_t handshakes;      /* in progress now */
  uint64_t connected;       /* handshakes that were completed */
  uint64_t handshakes_failed;
  uint64_t bad_packets;     /* neither QUIC nor a raw datagram that could be taken */
  uint64_t stray_packets;   /* of no connection */
  uint64_t refused_packets; /* for which the library ended the connection */
  uint64_t retries_sent;
  uint64_t bad_tokens;
  uint64_t floods_dropped;  /* initial packets beyond a limit */
  uint64_t versions_sent;   /* version negotiation packets */
  uint64_t resets_sent;
  uint64_t resets_received;
  uint64_t answers_withheld; /* stateless answers beyond the limit */
  uint64_t migrations;
  uint64_t datagrams_dropped;
  uint64_t raw_sent;
  uint64_t raw_received;
  uint64_t raw_dropped;
  uint64_t reads_paused;    /* passes without reading because too many events waited */
  uint64_t allocation_failures;
  uint64_t gso;             /* 1 while the kernel takes joined packets */
} ccq_stats;

/* Returns 0, or a negative errno. */
CCQ_API int ccq_open(const ccq_config *config, ccq_context **context);
CCQ_API void ccq_local(ccq_context *context, ccq_address *address);

enum { CCQ_REQUIRE_CERTIFICATE = 1 };

/*
 * Who this side is on connections of one ALPN: certificate and key, each PEM or DER, or no certificate at all (clients only).
 * As a server with CCQ_REQUIRE_CERTIFICATE the peer must show a certificate; which one is right is the application's decision.
 * Returns NULL and sets *error, a code for ccq_error_text.
 */
CCQ_API ccq_identity *ccq_identity_new(const void *certificate, size_t certificate_length, const void *key, size_t key_length, const char *alpn,
                                       uint32_t flags, int *error);
CCQ_API void ccq_identity_release(ccq_identity *identity);
CCQ_API const char *ccq_error_text(int error);

/* Accepts connections of the identity's ALPN, or replaces the identity for later ones. Returns 0, or a negative errno. */
CCQ_API int ccq_serve(ccq_context *context, ccq_identity *identity);

/* Dials. Returns the handle; 0 when there is no memory. CCQ_CONNECTED or CCQ_CLOSED follows. */
CCQ_API uint64_t ccq_connect(ccq_context *context, const ccq_address *to, ccq_identity *identity, const char *server_name);

/* Returns 0, or -ENOMEM: then none of the commands is executed. */
CCQ_API int ccq_submit(ccq_context *context, const ccq_command *commands, size_t count);

/* Takes up to max events; waits for the first one. Returns 0 after timeout_ms, -1 when the context is stopped and nothing is left. */
CCQ_API int ccq_poll(ccq_context *context, ccq_event *events, size_t max, int timeout_ms);

CCQ_API ccq_slab *ccq_slab_new(size_t size); /* NULL when there is no memory */
CCQ_API void *ccq_slab_data(ccq_slab *slab);
CCQ_API void ccq_slab_retain(ccq_slab *slab);
CCQ_API void ccq_slab_release(ccq_slab *slab);
CCQ_API int64_t ccq_slabs(void); /* that exist, of all contexts */

CCQ_API void ccq_get_stats(ccq_context *context, ccq_stats *stats);

/* Closes every connection, ends the worker and wakes ccq_poll. May be called twice. */
CCQ_API void ccq_stop(ccq_context *context);

/* Frees a stopped context and all that it holds. Nobody may be inside ccq_poll. */
CCQ_API void ccq_free(ccq_context *context);

#endif
