/* What libngtcp2 asks this side for, and tells it, beside what concerns streams. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

ngtcp2_conn *ccq_get_conn(ngtcp2_crypto_conn_ref *reference) { return ((ccq_connection *)reference->user_data)->quic; }

static void on_random(uint8_t *to, size_t length, const ngtcp2_rand_ctx *context) {
  (void)context;
  if (gnutls_rnd(GNUTLS_RND_NONCE, to, length) < 0) {
    abort(); /* GnuTLS has no randomness: nothing that follows would be secret */
  }
}

bool ccq_new_cid(ccq_context *context, ngtcp2_cid *cid) {
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
  if (length != CCQ_CID_BYTES || !ccq_new_cid(context, cid) ||
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

void ccq_remove_tokens(ccq_connection *connection) {
  for (size_t i = 0; i < CCQ_TOKENS; i++) {
    remove_token(connection, i);
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

void ccq_end_handshake(ccq_connection *connection) {
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
  ccq_end_handshake(connection);
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

const ngtcp2_callbacks *ccq_callbacks(void) {
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
