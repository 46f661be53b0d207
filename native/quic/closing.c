/* How a connection ends: what the peer is told, what the application is told, and what is freed when. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_IDS 64

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
  ccq_end_handshake(connection);
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
  ccq_remove_tokens(connection);
  ccq_table_remove(&context->by_handle, connection->handle);
  ccq_timers_remove(connection);
  ccq_end_handshake(connection);
  ccq_streams_free(connection);
  ccq_slab_release(connection->closed.slab);
  ccq_slab_release(connection->info);
  free(connection->last_words);
  context->stats.connections--;
  ccq_discard(connection);
}
