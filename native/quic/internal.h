/* What the files of the shim share. Everything here belongs to the worker thread unless it says otherwise. */
#ifndef CCQ_INTERNAL_H
#define CCQ_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "clustercast_quic.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

#define CCQ_CID_BYTES 8 /* fixed, so that short headers can be decoded without state */
#define CCQ_RECEIVE_BATCH 32
#define CCQ_ARENA_BYTES (1 << 20)
#define CCQ_MESSAGES 512
#define CCQ_TOKENS 8 /* of stateless resets, a connection */
#define CCQ_SERVED 16 /* ALPNs */
#define CCQ_LIMIT_BUCKETS 4096

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} ccq_sockaddr;

struct ccq_slab {
  _Atomic int references;
  uint32_t size;
  _Alignas(16) uint8_t data[];
};

/* Hash table from a 64-bit key, never 0, to a pointer. */
typedef struct {
  uint64_t key;
  void *value;
} ccq_slot;

typedef struct {
  ccq_slot *slots;
  size_t capacity; /* a power of two, or 0 */
  size_t count;
} ccq_table;

struct ccq_identity {
  _Atomic int references;
  uint32_t flags;
  gnutls_certificate_credentials_t credentials;
  size_t alpn_length;
  char alpn[CCQ_ALPN_BYTES];
};

/* Bytes of a stream that wait to be sent or acknowledged. */
typedef struct ccq_chunk {
  struct ccq_chunk *next;
  ccq_slab *slab;
  const uint8_t *bytes;
  uint64_t at; /* stream offset of the first byte */
  uint32_t length;
} ccq_chunk;

typedef struct ccq_stream {
  struct ccq_connection *connection;
  struct ccq_stream *next, *previous; /* in the connection's list of those with something to send */
  int64_t id;
  uint64_t priority;
  uint64_t turn; /* order among streams of one priority */
  ccq_chunk *first, *last, *current; /* acknowledged from the front, sent from current */
  uint64_t queued, sent; /* stream offsets */
  size_t losses;
  bool listed, blocked, fin_queued, fin_sent, shut, closed;
  ccq_slab *inbox; /* room for received bytes, kept while some of them are not consumed */
  uint32_t inbox_used;
  uint64_t received, consumed;
  size_t event; /* index of the last data event, while it may still grow */
  uint64_t event_pass;
} ccq_stream;

typedef struct ccq_open_request {
  struct ccq_open_request *next;
  int64_t cookie;
  uint64_t priority;
  bool uni;
} ccq_open_request;

typedef struct ccq_datagram {
  struct ccq_datagram *next;
  ccq_slab *slab;
  uint32_t offset, length;
} ccq_datagram;

typedef enum { CCQ_ALIVE, CCQ_CLOSING, CCQ_DRAINING, CCQ_DEAD } ccq_state;

typedef struct ccq_connection {
  struct ccq_context *context;
  uint64_t handle;
  ngtcp2_conn *quic;
  gnutls_session_t tls;
  ngtcp2_crypto_conn_ref reference;
  ccq_identity *identity;
  ccq_state state;
  bool server, connected, reported, reset_received, notify, dirty, counted;
  bool close_pending; /* the closed event still has to be told */
  ccq_event closed;
  struct ccq_connection *next_dirty;
  uint64_t tokens[CCQ_TOKENS]; /* keys of the tokens by which the peer may reset the connection; 0 is free */
  ngtcp2_cid client_dcid; /* by which the client's first packets are routed */
  ccq_sockaddr peer;
  ccq_table streams; /* by id + 1 */
  ccq_stream *sending, *sending_last; /* by priority, then turn */
  uint64_t turns;
  size_t blocked_streams;
  ccq_open_request *requests, *requests_last;
  ccq_datagram *datagrams, *datagrams_last;
  size_t datagram_count;
  uint64_t unsent, left; /* stream bytes that wait; that have left the queue so far */
  uint64_t expiry;
  size_t heap_index;
  ccq_slab *info; /* a ccq_peer, shared with the application */
  ccq_figures figures;
  uint64_t look_at; /* when small packets that were read are answered at the latest; 0 when there are none */
  uint32_t unacknowledged; /* packets read since the last acknowledgement; only with CCQ_ACK_AT_ONCE */
  uint8_t *last_words; /* the closing packet, repeated to a peer that missed it */
  size_t last_words_length;
  uint64_t words_said, words_due; /* packets after which they are repeated: ever fewer */
  uint64_t figures_at, keys_prepared;
} ccq_connection;

typedef struct {
  uint64_t key;
  uint64_t at;
  double tokens;
} ccq_bucket;

struct ccq_context {
  ccq_config config;
  int socket, wake;
  ccq_sockaddr local;
  socklen_t local_length;
  bool ecn, gso;
  uint64_t now, pass;
  uint64_t table_secret;
  pthread_t thread;
  bool running;
  _Atomic bool stopping, sleeping;
  _Atomic uint64_t next_handle;
  gnutls_priority_t priority;

  pthread_mutex_t serve_gate; /* guards served; any thread */
  ccq_identity *served[CCQ_SERVED];
  _Atomic size_t served_count;

  pthread_mutex_t command_gate; /* guards commands; any thread */
  ccq_command *commands;
  size_t command_count, command_capacity;
  ccq_command *taken; /* the worker's half of the double buffer */
  size_t taken_capacity;

  pthread_mutex_t event_gate; /* guards events; any thread */
  pthread_cond_t event_ready;
  ccq_event *events;
  size_t event_head, event_count, event_capacity;
  bool events_ended;
  ccq_event *fresh; /* events of this pass */
  size_t fresh_count, fresh_capacity, backlog;

  ccq_table by_cid, by_handle, by_token;
  ccq_connection **heap;
  size_t heap_count, heap_capacity;
  ccq_connection *dirty, **dirty_tail;
  size_t handshakes;

  ccq_bucket *buckets;
  ccq_bucket answers;

  uint8_t *arena;
  size_t arena_used, message_count;
  struct mmsghdr messages[CCQ_MESSAGES];
  struct iovec message_parts[CCQ_MESSAGES];
  ccq_sockaddr message_to[CCQ_MESSAGES];
  char message_control[CCQ_MESSAGES][64];

  uint8_t *receive_buffer;
  size_t receive_size;
  struct mmsghdr received[CCQ_RECEIVE_BATCH];
  struct iovec received_parts[CCQ_RECEIVE_BATCH];
  ccq_sockaddr received_from[CCQ_RECEIVE_BATCH];
  char received_control[CCQ_RECEIVE_BATCH][128];

  ccq_stats stats;
  pthread_mutex_t stats_gate; /* guards published; any thread */
  ccq_stats published;
};

/* table.c */
void *ccq_table_get(const ccq_table *table, uint64_t key);
bool ccq_table_put(ccq_table *table, uint64_t key, void *value);
void ccq_table_remove(ccq_table *table, uint64_t key);
void ccq_table_free(ccq_table *table);

/* timers.c */
bool ccq_timers_add(ccq_connection *connection);
void ccq_timers_remove(ccq_connection *connection);
void ccq_timers_move(ccq_connection *connection, uint64_t expiry);

/* queues.c */
bool ccq_emit(ccq_context *context, const ccq_event *event);
void ccq_publish(ccq_context *context);
size_t ccq_take_commands(ccq_context *context);
void ccq_drop_queues(ccq_context *context);
void ccq_wake(ccq_context *context);

/* limits.c */
bool ccq_limits_allow(ccq_context *context, const ccq_sockaddr *from, bool validated);
bool ccq_limits_answer(ccq_context *context);

/* identity.c */
void ccq_identity_retain(ccq_identity *identity);
gnutls_session_t ccq_session_server(ccq_connection *connection);
gnutls_session_t ccq_session_client(ccq_connection *connection, const char *server_name);

/* receive.c */
void ccq_receive(ccq_context *context);

/* transmit.c */
bool ccq_send_now(ccq_context *context, const void *bytes, size_t length, const ccq_sockaddr *to);
void ccq_send_queued(ccq_context *context);
void ccq_flush(ccq_connection *connection);

/* callbacks.c */
const ngtcp2_callbacks *ccq_callbacks(void);
ngtcp2_conn *ccq_get_conn(ngtcp2_crypto_conn_ref *reference);
bool ccq_new_cid(ccq_context *context, ngtcp2_cid *cid);
void ccq_end_handshake(ccq_connection *connection);
void ccq_remove_tokens(ccq_connection *connection);

/* connection.c */
uint64_t ccq_cid_key(const ccq_context *context, const uint8_t *cid, size_t length);
ccq_connection *ccq_accept(ccq_context *context, const ngtcp2_pkt_hd *header, const ngtcp2_cid *original, const ccq_sockaddr *from);
void ccq_dial(ccq_context *context, const ccq_command *command);
void ccq_read_packet(ccq_connection *connection, const uint8_t *packet, size_t length, const ccq_sockaddr *from, uint32_t ecn);
void ccq_expire(ccq_connection *connection);
void ccq_mark(ccq_connection *connection);
bool ccq_has_work(const ccq_connection *connection);
void ccq_reschedule(ccq_connection *connection);
void ccq_publish_figures(ccq_connection *connection);
void ccq_datagram_done(ccq_connection *connection, bool sent);
void ccq_discard(ccq_connection *connection);

/* closing.c */
void ccq_close(ccq_connection *connection, const ngtcp2_connection_close_error *error, uint32_t by, uint64_t code, const char *reason);
void ccq_fail(ccq_connection *connection, int error);
void ccq_tell_closed(ccq_connection *connection);
void ccq_reap(ccq_connection *connection);

/* streams.c */
static inline bool ccq_is_uni(int64_t id) { return (id & 2) != 0; }
static inline bool ccq_is_local(const ccq_connection *connection, int64_t id) { return ((id & 1) != 0) == connection->server; }
ccq_stream *ccq_stream_new(ccq_connection *connection, int64_t id, uint64_t priority);
ccq_stream *ccq_stream_find(ccq_connection *connection, int64_t id);
void ccq_stream_free(ccq_stream *stream);
bool ccq_stream_tell(ccq_connection *connection, uint32_t type, int64_t stream, uint64_t value);
void ccq_stream_list(ccq_stream *stream);
void ccq_stream_unlist(ccq_stream *stream);
void ccq_streams_unblock(ccq_connection *connection);
void ccq_stream_count_losses(ccq_stream *stream);
void ccq_stream_sent(ccq_stream *stream, size_t count, bool fin);
void ccq_stream_drop(ccq_stream *stream);
void ccq_stream_stopped(ccq_stream *stream);
void ccq_streams_free(ccq_connection *connection);
void ccq_streams_open(ccq_connection *connection);
void ccq_stream_request(ccq_connection *connection, const ccq_command *command);
void ccq_stream_write(ccq_connection *connection, const ccq_command *command);
void ccq_stream_command(ccq_connection *connection, const ccq_command *command);

/* stream_events.c */
void ccq_stream_callbacks(ngtcp2_callbacks *callbacks);

/* address.c */
void ccq_address_out(ccq_address *to, const ccq_sockaddr *from);
bool ccq_address_in(const ccq_context *context, ccq_sockaddr *to, const ccq_address *from);
socklen_t ccq_address_length(const ccq_sockaddr *address);
bool ccq_address_equal(const ccq_sockaddr *a, const ccq_sockaddr *b);

/* worker.c */
void *ccq_work(void *context);

/* context.c */
uint64_t ccq_now(void);
void *ccq_allocate(ccq_context *context, size_t size); /* zeroed; counts failures */

#endif
