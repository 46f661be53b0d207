/* One connection: how it begins, what it reads, when it wants to be woken, how it ends. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define INITIAL_RTT (50 * NGTCP2_MILLISECONDS)
#define FIGURES_EVERY (20 * NGTCP2_MILLISECONDS)
#define DATAGRAM_FRAME_LIMIT 65535
#define DATAGRAM_OVERHEAD 44 /* short header with the longest id, packet number, tag, frame header */
#define CLIENT_DCID_BYTES 16
#define MAX_IDS 64

/* Ids of this side have one length and are their own key. A client's first id may have any length and is hashed. */
uint64_t ccq_cid_key(const ccq_context *context, const uint8_t *cid, size_t length) {
  uint64_t key = 0;
  if (length == CCQ_CID_BYTES) {
    memcpy(&key, cid, sizeof key);
  } else {
    key = 1469598103934665603ull ^ context->table_secret;
    for (size_t i = 0; i < length; i++) {
      key = (key ^ cid[i]) * 1099511628211ull;
    }
    key ^= key >> 29;
  }
  return key ? key : 1;
}

void ccq_mark(ccq_connection *connection) {
  ccq_context *context = connection->context;
  if (!connection->dirty) {
    connection->dirty = true;
    connection->next_dirty = NULL;
    *context->dirty_tail = connection;
    context->dirty_tail = &connection->next_dirty;
  }
}

void ccq_reschedule(ccq_connection *connection) {
  if (connection->state == CCQ_ALIVE) {
    ccq_timers_move(connection, ngtcp2_conn_get_expiry(connection->quic));
  }
}

/* ---- what the library asks for and tells ---- */

static ngtcp2_conn *get_conn(ngtcp2_crypto_conn_ref *reference) { return ((ccq_connection *)reference->user_data)->quic; }

static void on_random(uint8_t *to, size_t length, const ngtcp2_rand_ctx *context) {
  (void)context;
  if (gnutls_rnd(GNUTLS_RND_NONCE, to, length) < 0) {
    abort(); /* GnuTLS has no randomness: nothing that follows would be secret */
  }
}

static bool new_cid(ccq_context *context, ngtcp2_cid *cid) {
  do {
    cid->datalen = CCQ_CID_BYTES;
    if (gnutls_rnd(GNUTLS_RND_RANDOM, cid->data, CCQ_CID_BYTES) < 0) {
      return false;
    }
  } while (ccq_table_get(&context->by_cid, ccq_cid_key(context, cid->data, cid->datalen)));
  return true;
}

static int on_new_cid(ngtcp2_conn *quic, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user) {
  (void)quic;
  ccq_connection *connection = user;
  ccq_context *context = connection->context;
  if (length != CCQ_CID_BYTES || !new_cid(context, cid) ||
      ngtcp2_crypto_generate_stateless_reset_token(token, context->config.secret, sizeof context->config.secret, cid) != 0 ||
      !ccq_table_put(&context->by_cid, ccq_cid_key(context, cid->data, cid->datalen), connection)) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  return 0;
}

static int on_old_cid(ngtcp2_conn *quic, const ngtcp2_cid *cid, void *user) {
  (void)quic;
  ccq_context *context = ((ccq_connection *)user)->context;
  ccq_table_remove(&context->by_cid, ccq_cid_key(context, cid->data, cid->datalen));
  return 0;
}

/* A stateless reset looks like a packet of no connection but for its token, by which it is found. */
static int add_token(ccq_connection *connection, const uint8_t *token) {
  ccq_context *context = connection->context;
  uint64_t key = ccq_cid_key(context, token, NGTCP2_STATELESS_RESET_TOKENLEN);
  for (size_t i = 0; i < CCQ_TOKENS; i++) {
    if (connection->tokens[i] == key) {
      return 0;
    }
  }
  for (size_t i = 0; i < CCQ_TOKENS; i++) {
    if (!connection->tokens[i]) {
      if (ccq_table_get(&context->by_token, key)) {
        return 0; /* taken: a peer that repeats somebody's token gains nothing */
      }
      connection->tokens[i] = key;
      return ccq_table_put(&context->by_token, key, connection) ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
    }
  }
  return 0;
}

static void remove_token(ccq_connection *connection, size_t index) {
  if (connection->tokens[index]) {
    ccq_table_remove(&connection->context->by_token, connection->tokens[index]);
    connection->tokens[index] = 0;
  }
}

static int on_peer_cid(ngtcp2_conn *quic, int status, uint64_t sequence, const ngtcp2_cid *cid, const uint8_t *token, void *user) {
  (void)quic, (void)sequence, (void)cid;
  ccq_connection *connection = user;
  if (!token) {
    return 0;
  }
  if (status == NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE) {
    return add_token(connection, token);
  }
  uint64_t key = ccq_cid_key(connection->context, token, NGTCP2_STATELESS_RESET_TOKENLEN);
  for (size_t i = 0; i < CCQ_TOKENS; i++) {
    if (connection->tokens[i] == key) {
      remove_token(connection, i);
    }
  }
  return 0;
}

static int on_key_update(ngtcp2_conn *quic, uint8_t *rx_secret, uint8_t *tx_secret, ngtcp2_crypto_aead_ctx *rx_aead, uint8_t *rx_iv,
                         ngtcp2_crypto_aead_ctx *tx_aead, uint8_t *tx_iv, const uint8_t *current_rx, const uint8_t *current_tx, size_t length,
                         void *user) {
  ccq_connection *connection = user;
  connection->figures.key_updates = connection->keys_prepared++; /* the library holds the next keys ready */
  return ngtcp2_crypto_update_key_cb(quic, rx_secret, tx_secret, rx_aead, rx_iv, tx_aead, tx_iv, current_rx, current_tx, length, user);
}

static int on_stateless_reset(ngtcp2_conn *quic, const ngtcp2_pkt_stateless_reset *reset, void *user) {
  (void)quic, (void)reset;
  ccq_connection *connection = user;
  connection->reset_received = true;
  connection->context->stats.resets_received++;
  return 0;
}

static int on_datagram(ngtcp2_conn *quic, uint32_t flags, const uint8_t *bytes, size_t length, void *user) {
  (void)quic, (void)flags;
  ccq_connection *connection = user;
  ccq_context *context = connection->context;
  ccq_slab *slab = context->backlog + context->fresh_count < CCQ_EVENT_LIMIT / 2 ? ccq_slab_new(length) : NULL;
  if (!slab) {
    context->stats.datagrams_dropped++;
    return 0;
  }
  memcpy(slab->data, bytes, length);
  ccq_event event = {.type = CCQ_DATAGRAM_IN, .connection = connection->handle, .slab = slab, .length = (uint32_t)length};
  if (!ccq_emit(context, &event)) {
    ccq_slab_release(slab);
    context->stats.datagrams_dropped++;
  }
  return 0;
}

static int on_lost_datagram(ngtcp2_conn *quic, uint64_t id, void *user) {
  (void)quic, (void)id;
  ((ccq_connection *)user)->figures.lost_packets++;
  return 0;
}

static void end_handshake(ccq_connection *connection) {
  if (connection->counted) {
    connection->counted = false;
    connection->context->handshakes--;
  }
}

static int on_handshake(ngtcp2_conn *quic, void *user) {
  ccq_connection *connection = user;
  ccq_context *context = connection->context;
  unsigned count = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers(connection->tls, &count);
  size_t certificate = chain && count ? chain[0].size : 0;
  gnutls_datum_t alpn;
  if (gnutls_alpn_get_selected_protocol(connection->tls, &alpn) < 0 || alpn.size > CCQ_ALPN_BYTES) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  connection->info = ccq_slab_new(sizeof(ccq_peer) + certificate);
  if (!connection->info) {
    context->stats.allocation_failures++;
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  ccq_peer *peer = (ccq_peer *)connection->info->data;
  memset(peer, 0, sizeof *peer);
  ccq_address_out(&peer->remote, &connection->peer);
  memcpy(peer->alpn, alpn.data, alpn.size);
  peer->alpn_length = alpn.size;
  peer->certificate_length = (uint32_t)certificate;
  if (certificate) {
    memcpy(connection->info->data + sizeof *peer, chain[0].data, certificate);
  }
  const ngtcp2_transport_params *theirs = ngtcp2_conn_get_remote_transport_params(quic);
  if (theirs && theirs->stateless_reset_token_present && add_token(connection, theirs->stateless_reset_token) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  connection->connected = true;
  end_handshake(connection);
  if (context->config.keep_alive_ms) {
    ngtcp2_conn_set_keep_alive_timeout(quic, context->config.keep_alive_ms * NGTCP2_MILLISECONDS);
  }
  ccq_publish_figures(connection);
  ccq_slab_retain(connection->info);
  ccq_event event = {
    .type = CCQ_CONNECTED, .flags = connection->server ? CCQ_SERVER : 0, .connection = connection->handle, .slab = connection->info};
  if (!ccq_emit(context, &event)) {
    ccq_slab_release(connection->info);
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  connection->reported = true;
  context->stats.connected++;
  return 0;
}

static const ngtcp2_callbacks *callbacks(void) {
  static ngtcp2_callbacks all = {
    .client_initial = ngtcp2_crypto_client_initial_cb,
    .recv_client_initial = ngtcp2_crypto_recv_client_initial_cb,
    .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
    .handshake_completed = on_handshake,
    .encrypt = ngtcp2_crypto_encrypt_cb,
    .decrypt = ngtcp2_crypto_decrypt_cb,
    .hp_mask = ngtcp2_crypto_hp_mask_cb,
    .recv_stateless_reset = on_stateless_reset,
    .dcid_status = on_peer_cid,
    .recv_retry = ngtcp2_crypto_recv_retry_cb,
    .rand = on_random,
    .get_new_connection_id = on_new_cid,
    .remove_connection_id = on_old_cid,
    .update_key = on_key_update,
    .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
    .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
    .recv_datagram = on_datagram,
    .lost_datagram = on_lost_datagram,
    .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
    .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
  };
  ccq_stream_callbacks(&all);
  return &all;
}

/* ---- begin ---- */

static void settings_of(const ccq_context *context, ngtcp2_settings *settings, ngtcp2_transport_params *params) {
  const ccq_config *config = &context->config;
  ngtcp2_settings_default(settings);
  settings->initial_ts = context->now;
  settings->initial_rtt = INITIAL_RTT;
  settings->cc_algo = (ngtcp2_cc_algo)config->congestion;
  settings->handshake_timeout = config->handshake_timeout_ms * NGTCP2_MILLISECONDS;
  settings->max_tx_udp_payload_size = config->max_udp_payload;
  settings->no_pmtud = settings->no_tx_udp_payload_size_shaping = (config->flags & CCQ_NO_PATH_PROBING) != 0;
  settings->ack_thresh = config->ack_every;
  settings->max_stream_window = config->stream_window;
  settings->max_window = config->connection_window;
  ngtcp2_transport_params_default(params);
  params->initial_max_stream_data_bidi_local = config->stream_window;
  params->initial_max_stream_data_bidi_remote = config->stream_window;
  params->initial_max_stream_data_uni = config->stream_window;
  params->initial_max_data = config->connection_window;
  params->initial_max_streams_bidi = config->max_bidirectional;
  params->initial_max_streams_uni = config->max_unidirectional;
  params->max_idle_timeout = config->idle_timeout_ms * NGTCP2_MILLISECONDS;
  params->max_udp_payload_size = NGTCP2_MAX_PMTUD_UDP_PAYLOAD_SIZE + 48;
  params->max_datagram_frame_size = DATAGRAM_FRAME_LIMIT;
  params->active_connection_id_limit = 4;
}

static ccq_connection *connection_new(ccq_context *context, uint64_t handle, const ccq_sockaddr *peer) {
  ccq_connection *connection = ccq_allocate(context, sizeof *connection);
  if (connection) {
    connection->context = context;
    connection->handle = handle;
    connection->peer = *peer;
    connection->reference = (ngtcp2_crypto_conn_ref){get_conn, connection};
  }
  return connection;
}

static ngtcp2_path path_of(ccq_context *context, const ccq_sockaddr *remote) {
  return (ngtcp2_path){.local = {&context->local.any, context->local_length},
                       .remote = {(struct sockaddr *)(uintptr_t)&remote->any, ccq_address_length(remote)}};
}

static void discard(ccq_connection *connection) {
  if (connection->quic) {
    ngtcp2_conn_del(connection->quic);
  }
  if (connection->tls) {
    gnutls_deinit(connection->tls);
  }
  ccq_identity_release(connection->identity);
  free(connection);
}

/* Makes the connection findable. On failure nothing of it is left. */
static bool enlist(ccq_connection *connection, const ngtcp2_cid *own, const ngtcp2_cid *clients) {
  ccq_context *context = connection->context;
  ngtcp2_conn_set_tls_native_handle(connection->quic, connection->tls);
  /* The QUIC bit tells packets from bare datagrams, and libngtcp2 0.12 offers its greasing (RFC 9287) whatever it is told. */
  ((ngtcp2_transport_params *)(uintptr_t)ngtcp2_conn_get_local_transport_params(connection->quic))->grease_quic_bit = 0;
  if (!ccq_timers_add(connection)) {
    discard(connection);
    return false;
  }
  if (clients) {
    connection->client_dcid = *clients;
  }
  bool listed = ccq_table_put(&context->by_handle, connection->handle, connection) &&
                ccq_table_put(&context->by_cid, ccq_cid_key(context, own->data, own->datalen), connection) &&
                (!clients || ccq_table_put(&context->by_cid, ccq_cid_key(context, clients->data, clients->datalen), connection));
  context->stats.connections++;
  if (!listed) {
    context->stats.allocation_failures++;
    ccq_reap(connection);
    return false;
  }
  ccq_mark(connection);
  return true;
}

ccq_connection *ccq_accept(ccq_context *context, const ngtcp2_pkt_hd *header, const ngtcp2_cid *original, const ccq_sockaddr *from) {
  ccq_connection *connection = connection_new(context, atomic_fetch_add(&context->next_handle, 1), from);
  if (!connection) {
    return NULL;
  }
  connection->server = true;
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  settings_of(context, &settings, &params);
  params.original_dcid = original ? *original : header->dcid;
  if (original) {
    params.retry_scid = header->dcid;
    params.retry_scid_present = 1;
    settings.token = header->token;
  }
  ngtcp2_cid own;
  ngtcp2_path path = path_of(context, &connection->peer);
  params.stateless_reset_token_present = 1;
  if (!new_cid(context, &own) ||
      ngtcp2_crypto_generate_stateless_reset_token(params.stateless_reset_token, context->config.secret, sizeof context->config.secret, &own) != 0 ||
      ngtcp2_conn_server_new(&connection->quic, &header->scid, &own, &path, header->version, callbacks(), &settings, &params, NULL, connection) != 0 ||
      !(connection->tls = ccq_session_server(connection))) {
    context->stats.allocation_failures++;
    discard(connection);
    return NULL;
  }
  if (!enlist(connection, &own, &header->dcid)) {
    return NULL;
  }
  connection->counted = true;
  context->handshakes++;
  return connection;
}

static void refuse_dial(ccq_context *context, uint64_t handle, const char *why) {
  size_t length = strlen(why);
  ccq_event event = {.type = CCQ_CLOSED, .flags = CCQ_BY_ERROR, .connection = handle, .value = NGTCP2_INTERNAL_ERROR};
  event.slab = ccq_slab_new(length);
  if (event.slab) {
    memcpy(event.slab->data, why, length);
    event.length = (uint32_t)length;
  }
  if (!ccq_emit(context, &event)) {
    ccq_slab_release(event.slab);
  }
}

/* The command's slab holds ccq_address, the identity's pointer and the server's name. */
void ccq_dial(ccq_context *context, const ccq_command *command) {
  ccq_address to;
  ccq_identity *identity;
  memcpy(&to, command->slab->data, sizeof to);
  memcpy(&identity, command->slab->data + sizeof to, sizeof identity);
  const char *name = (const char *)command->slab->data + sizeof to + sizeof identity;
  ccq_sockaddr peer;
  if (!ccq_address_in(context, &peer, &to)) {
    ccq_identity_release(identity);
    refuse_dial(context, command->connection, "The socket's address family cannot reach this address.");
    return;
  }
  if (context->stats.connections >= context->config.max_connections) {
    ccq_identity_release(identity);
    refuse_dial(context, command->connection, "Too many connections are open.");
    return;
  }
  ccq_connection *connection = connection_new(context, command->connection, &peer);
  if (!connection) {
    ccq_identity_release(identity);
    refuse_dial(context, command->connection, "No memory.");
    return;
  }
  connection->identity = identity;
  connection->reported = true;
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  settings_of(context, &settings, &params);
  ngtcp2_cid own, theirs = {.datalen = CLIENT_DCID_BYTES};
  ngtcp2_path path = path_of(context, &connection->peer);
  if (!new_cid(context, &own) || gnutls_rnd(GNUTLS_RND_NONCE, theirs.data, theirs.datalen) < 0 ||
      ngtcp2_conn_client_new(&connection->quic, &theirs, &own, &path, NGTCP2_PROTO_VER_V1, callbacks(), &settings, &params, NULL, connection) != 0 ||
      !(connection->tls = ccq_session_client(connection, name))) {
    discard(connection);
    refuse_dial(context, command->connection, "The connection could not be set up.");
    return;
  }
  if (!enlist(connection, &own, NULL)) {
    refuse_dial(context, command->connection, "No memory.");
  }
}

/* ---- middle ---- */

static void notice_migration(ccq_connection *connection) {
  const ngtcp2_path *path = ngtcp2_conn_get_path(connection->quic);
  ccq_sockaddr now = {0};
  memcpy(&now, path->remote.addr, path->remote.addrlen);
  if (ccq_address_equal(&now, &connection->peer)) {
    return;
  }
  connection->peer = now;
  connection->context->stats.migrations++;
  ccq_event event = {.type = CCQ_MIGRATED, .connection = connection->handle, .slab = ccq_slab_new(sizeof(ccq_address))};
  if (!event.slab) {
    connection->context->stats.allocation_failures++;
    return;
  }
  ccq_address_out((ccq_address *)event.slab->data, &now);
  if (!ccq_emit(connection->context, &event)) {
    ccq_slab_release(event.slab);
  }
}

/* Repeats the closing packet after 1, 2, 4, ... packets of a peer that has not heard it. */
static void repeat_last_words(ccq_connection *connection) {
  if (connection->last_words && ++connection->words_said >= connection->words_due) {
    connection->words_said = 0;
    connection->words_due *= 2;
    ccq_send_now(connection->context, connection->last_words, connection->last_words_length, &connection->peer);
  }
}

void ccq_read_packet(ccq_connection *connection, const uint8_t *packet, size_t length, const ccq_sockaddr *from, uint32_t ecn) {
  ccq_context *context = connection->context;
  if (connection->state != CCQ_ALIVE) {
    repeat_last_words(connection);
    return;
  }
  ngtcp2_path path = path_of(context, from);
  ngtcp2_pkt_info info = {.ecn = ecn};
  connection->figures.received_packets++;
  connection->figures.received_bytes += length;
  int result = ngtcp2_conn_read_pkt(connection->quic, &path, &info, packet, length, context->now);
  if (result != 0) {
    ccq_fail(connection, result);
    return;
  }
  if (connection->connected) {
    notice_migration(connection);
    if (connection->blocked_streams && ngtcp2_conn_get_max_data_left(connection->quic)) {
      ccq_streams_unblock(connection);
    }
  }
  ccq_mark(connection);
}

void ccq_expire(ccq_connection *connection) {
  if (connection->close_pending) {
    ccq_tell_closed(connection);
  }
  if (connection->state != CCQ_ALIVE) {
    connection->state = connection->close_pending ? connection->state : CCQ_DEAD;
    ccq_timers_move(connection, connection->context->now + NGTCP2_SECONDS);
    ccq_mark(connection);
    return;
  }
  int result = ngtcp2_conn_handle_expiry(connection->quic, connection->context->now);
  if (result != 0) {
    ccq_fail(connection, result);
    return;
  }
  uint64_t next = ngtcp2_conn_get_expiry(connection->quic);
  ccq_timers_move(connection, next <= connection->context->now ? connection->context->now + 1 : next);
  ccq_mark(connection);
}

void ccq_datagram_done(ccq_connection *connection, bool sent) {
  ccq_datagram *datagram = connection->datagrams;
  connection->datagrams = datagram->next;
  connection->datagram_count--;
  connection->figures.datagrams_done++;
  if (!sent) {
    connection->figures.datagrams_dropped++;
    connection->context->stats.datagrams_dropped++;
  }
  ccq_slab_release(datagram->slab);
  free(datagram);
}

static void count_losses(ccq_connection *connection) {
  for (size_t i = 0; i < connection->streams.capacity; i++) {
    ccq_stream *stream = connection->streams.slots[i].value;
    size_t losses = stream ? ngtcp2_conn_get_stream_loss_count(connection->quic, stream->id) : 0;
    if (stream && losses > stream->losses) {
      connection->figures.lost_packets += losses - stream->losses;
      stream->losses = losses;
    }
  }
}

void ccq_publish_figures(ccq_connection *connection) {
  ccq_context *context = connection->context;
  if (!connection->info) {
    return;
  }
  ccq_figures *figures = &connection->figures;
  if (context->now - connection->figures_at >= FIGURES_EVERY || !connection->figures_at) {
    connection->figures_at = context->now;
    ngtcp2_conn_stat stat;
    ngtcp2_conn_get_conn_stat(connection->quic, &stat);
    count_losses(connection);
    figures->round_trip_ns = stat.smoothed_rtt;
    figures->min_round_trip_ns = stat.min_rtt == UINT64_MAX ? 0 : stat.min_rtt;
    figures->congestion_window = stat.cwnd;
    figures->in_flight = stat.bytes_in_flight;
    const ngtcp2_transport_params *theirs = ngtcp2_conn_get_remote_transport_params(connection->quic);
    uint64_t accepted = theirs && theirs->max_datagram_frame_size > 4 ? theirs->max_datagram_frame_size - 4 : 0;
    uint64_t fits = ngtcp2_conn_get_path_max_tx_udp_payload_size(connection->quic) - DATAGRAM_OVERHEAD;
    figures->max_datagram = accepted < fits ? accepted : fits;
  }
  uint64_t *to = (uint64_t *)connection->info->data;
  const uint64_t *from = (const uint64_t *)figures;
  for (size_t i = 0; i < sizeof *figures / sizeof *from; i++) {
    __atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
  }
}

/* ---- end ---- */

void ccq_tell_closed(ccq_connection *connection) {
  if (ccq_emit(connection->context, &connection->closed)) {
    connection->close_pending = false;
    connection->closed.slab = NULL;
  }
}

static void enter(ccq_connection *connection, ccq_state state, uint32_t by, uint64_t code, const char *reason, size_t length) {
  ccq_context *context = connection->context;
  /* A peer that has proven nothing leaves nothing behind, or else a flood would fill the memory with what is over. */
  uint64_t linger = connection->connected || !connection->server ? 3 * ngtcp2_conn_get_pto(connection->quic) : 0;
  connection->state = state;
  end_handshake(connection);
  if (!connection->connected) {
    context->stats.handshakes_failed++;
  }
  ccq_publish_figures(connection);
  ccq_streams_free(connection);
  connection->sending = connection->sending_last = NULL;
  connection->blocked_streams = 0;
  while (connection->datagrams) {
    ccq_datagram_done(connection, false);
  }
  ccq_timers_move(connection, context->now + (linger < NGTCP2_SECONDS ? linger : NGTCP2_SECONDS));
  if (connection->reported) {
    connection->closed = (ccq_event){.type = CCQ_CLOSED, .flags = by, .connection = connection->handle, .value = code};
    connection->closed.slab = length ? ccq_slab_new(length) : NULL;
    if (connection->closed.slab) {
      memcpy(connection->closed.slab->data, reason, length);
      connection->closed.length = (uint32_t)length;
    }
    connection->close_pending = true;
    ccq_tell_closed(connection);
  }
}

void ccq_close(ccq_connection *connection, const ngtcp2_connection_close_error *error, uint32_t by, uint64_t code, const char *reason) {
  if (connection->state != CCQ_ALIVE) {
    return;
  }
  ccq_context *context = connection->context;
  uint8_t words[NGTCP2_MAX_PMTUD_UDP_PAYLOAD_SIZE];
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info;
  ngtcp2_ssize length = ngtcp2_conn_write_connection_close(connection->quic, &path.path, &info, words, context->config.max_udp_payload, error, context->now);
  if (length > 0) {
    ccq_send_queued(context); /* what was written before leaves before */
    ccq_send_now(context, words, (size_t)length, &connection->peer);
    connection->last_words = malloc((size_t)length);
    if (connection->last_words) {
      memcpy(connection->last_words, words, (size_t)length);
      connection->last_words_length = (size_t)length;
      connection->words_due = 1;
    }
  }
  enter(connection, CCQ_CLOSING, by, code, reason, reason ? strlen(reason) : 0);
}

static void fail_draining(ccq_connection *connection) {
  ngtcp2_connection_close_error error;
  ngtcp2_conn_get_connection_close_error(connection->quic, &error);
  uint32_t by = connection->reset_received                                                ? CCQ_BY_STATELESS_RESET
                : error.type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION ? CCQ_BY_PEER
                                                                                    : CCQ_BY_PEER_TRANSPORT;
  enter(connection, CCQ_DRAINING, by, error.error_code, (const char *)error.reason, error.reasonlen);
}

/* The library has returned an error: each has its own way to end. */
void ccq_fail(ccq_connection *connection, int result) {
  if (connection->state != CCQ_ALIVE) {
    return;
  }
  connection->context->stats.refused_packets += result != NGTCP2_ERR_DRAINING && result != NGTCP2_ERR_IDLE_CLOSE && result != NGTCP2_ERR_HANDSHAKE_TIMEOUT;
  const char *text = ngtcp2_strerror(result);
  ngtcp2_connection_close_error error;
  ngtcp2_connection_close_error_default(&error);
  switch (result) {
  case NGTCP2_ERR_DRAINING:
    fail_draining(connection);
    return;
  case NGTCP2_ERR_IDLE_CLOSE:
    enter(connection, CCQ_DRAINING, CCQ_BY_IDLE, 0, NULL, 0);
    return;
  case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
    enter(connection, CCQ_DRAINING, CCQ_BY_HANDSHAKE_TIMEOUT, 0, NULL, 0);
    return;
  case NGTCP2_ERR_CLOSING:
  case NGTCP2_ERR_DROP_CONN:
  case NGTCP2_ERR_RETRY:
  case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
    enter(connection, CCQ_DRAINING, CCQ_BY_ERROR, ngtcp2_err_infer_quic_transport_error_code(result), text, strlen(text));
    return;
  case NGTCP2_ERR_CRYPTO:
    ngtcp2_connection_close_error_set_transport_error_tls_alert(&error, ngtcp2_conn_get_tls_alert(connection->quic), NULL, 0);
    break;
  default:
    ngtcp2_connection_close_error_set_transport_error_liberr(&error, result, NULL, 0);
    break;
  }
  if (result == NGTCP2_ERR_CRYPTO) {
    const char *alert = gnutls_alert_get_name(ngtcp2_conn_get_tls_alert(connection->quic));
    text = alert ? alert : text;
  }
  ccq_close(connection, &error, CCQ_BY_ERROR, error.error_code, text);
}

void ccq_reap(ccq_connection *connection) {
  ccq_context *context = connection->context;
  ngtcp2_cid ids[MAX_IDS];
  size_t count = ngtcp2_conn_get_num_scid(connection->quic);
  if (count <= MAX_IDS) {
    count = ngtcp2_conn_get_scid(connection->quic, ids);
    for (size_t i = 0; i < count; i++) {
      ccq_table_remove(&context->by_cid, ccq_cid_key(context, ids[i].data, ids[i].datalen));
    }
  } else {
    abort(); /* the library has issued more ids than active_connection_id_limit lets it */
  }
  if (connection->client_dcid.datalen) {
    ccq_table_remove(&context->by_cid, ccq_cid_key(context, connection->client_dcid.data, connection->client_dcid.datalen));
  }
  for (size_t i = 0; i < CCQ_TOKENS; i++) {
    remove_token(connection, i);
  }
  ccq_table_remove(&context->by_handle, connection->handle);
  ccq_timers_remove(connection);
  end_handshake(connection);
  ccq_streams_free(connection);
  ccq_slab_release(connection->closed.slab);
  ccq_slab_release(connection->info);
  free(connection->last_words);
  context->stats.connections--;
  discard(connection);
}
