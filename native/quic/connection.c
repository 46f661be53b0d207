/* One connection: how it begins, what it reads, when it wants to be woken. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_PACKET 96
#define CALM (5 * NGTCP2_MILLISECONDS)
#define INITIAL_RTT (50 * NGTCP2_MILLISECONDS)
#define FIGURES_EVERY (100 * NGTCP2_MILLISECONDS)
#define DATAGRAM_FRAME_LIMIT 65535
#define DATAGRAM_OVERHEAD 44 /* short header with the longest id, packet number, tag, frame header */
#define CLIENT_DCID_BYTES 16

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

bool ccq_has_work(const ccq_connection *connection) { return connection->sending || connection->datagrams || connection->requests; }

void ccq_reschedule(ccq_connection *connection) {
  if (connection->state == CCQ_ALIVE) {
    ccq_timers_move(connection, ngtcp2_conn_get_expiry(connection->quic));
  }
}

/* An acknowledgement seldom asks for anything but a later timer: what it may ask for waits a little, so that one look serves many of them. */
static void look_later(ccq_connection *connection) {
  if (connection->dirty) {
    return;
  }
  if (!connection->look_at) {
    connection->look_at = connection->context->now + CALM;
  }
  uint64_t expiry = ngtcp2_conn_get_expiry(connection->quic);
  ccq_timers_move(connection, expiry < connection->look_at ? expiry : connection->look_at);
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
    connection->reference = (ngtcp2_crypto_conn_ref){ccq_get_conn, connection};
  }
  return connection;
}

static ngtcp2_path path_of(ccq_context *context, const ccq_sockaddr *remote) {
  return (ngtcp2_path){.local = {&context->local.any, context->local_length},
                       .remote = {(struct sockaddr *)(uintptr_t)&remote->any, ccq_address_length(remote)}};
}

void ccq_discard(ccq_connection *connection) {
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
    ccq_discard(connection);
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
  if (!ccq_new_cid(context, &own) ||
      ngtcp2_crypto_generate_stateless_reset_token(params.stateless_reset_token, context->config.secret, sizeof context->config.secret, &own) != 0 ||
      ngtcp2_conn_server_new(&connection->quic, &header->scid, &own, &path, header->version, ccq_callbacks(), &settings, &params, NULL, connection) != 0 ||
      !(connection->tls = ccq_session_server(connection))) {
    context->stats.allocation_failures++;
    ccq_discard(connection);
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
  if (!ccq_new_cid(context, &own) || gnutls_rnd(GNUTLS_RND_NONCE, theirs.data, theirs.datalen) < 0 ||
      ngtcp2_conn_client_new(&connection->quic, &theirs, &own, &path, NGTCP2_PROTO_VER_V1, ccq_callbacks(), &settings, &params, NULL, connection) != 0 ||
      !(connection->tls = ccq_session_client(connection, name))) {
    ccq_discard(connection);
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
  if ((context->config.flags & CCQ_ACK_AT_ONCE) && connection->connected && ++connection->unacknowledged >= context->config.ack_every) {
    connection->unacknowledged = 0;
    ccq_flush(connection);
  }
  if (connection->connected && length < SMALL_PACKET && !ccq_has_work(connection)) {
    look_later(connection);
    return;
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
    if (connection->streams.slots[i].value) {
      ccq_stream_count_losses(connection->streams.slots[i].value);
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
