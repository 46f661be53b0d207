/* From the socket to connections: routing by connection id, and what is answered to packets of none. */
#include "internal.h"

#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define ROUNDS 8 /* bounded, so that sends and timers are not starved */
#define TOKEN_LIFE (10 * NGTCP2_SECONDS)
#define RESET_BYTES 43
#define VERSIONS_TRIGGER 1200 /* an answer never is longer than what it answers (RFC 9000 §14.1) */

static void send_versions(ccq_context *context, const ngtcp2_version_cid *ids, size_t length, const ccq_sockaddr *from) {
  if (length < VERSIONS_TRIGGER || !ccq_limits_answer(context)) {
    return;
  }
  static const uint32_t versions[] = {NGTCP2_PROTO_VER_V1};
  uint8_t packet[1200], random;
  if (gnutls_rnd(GNUTLS_RND_NONCE, &random, 1) < 0) {
    return;
  }
  ngtcp2_ssize size = ngtcp2_pkt_write_version_negotiation(packet, sizeof packet, random, ids->scid, ids->scidlen, ids->dcid, ids->dcidlen, versions, 1);
  if (size > 0 && ccq_send_now(context, packet, (size_t)size, from)) {
    context->stats.versions_sent++;
  }
}

static void send_reset(ccq_context *context, const ngtcp2_version_cid *ids, size_t length, const ccq_sockaddr *from) {
  if (length < RESET_BYTES || !ccq_limits_answer(context)) {
    return;
  }
  uint8_t packet[RESET_BYTES], random[RESET_BYTES], token[NGTCP2_STATELESS_RESET_TOKENLEN];
  size_t size = length - 1 < RESET_BYTES ? length - 1 : RESET_BYTES;
  size_t padding = size - sizeof token;
  ngtcp2_cid cid;
  ngtcp2_cid_init(&cid, ids->dcid, ids->dcidlen);
  if (ngtcp2_crypto_generate_stateless_reset_token(token, context->config.secret, sizeof context->config.secret, &cid) != 0 ||
      gnutls_rnd(GNUTLS_RND_NONCE, random, padding) < 0) {
    return;
  }
  ngtcp2_ssize written = ngtcp2_pkt_write_stateless_reset(packet, size, token, random, padding);
  if (written > 0 && ccq_send_now(context, packet, (size_t)written, from)) {
    context->stats.resets_sent++;
  }
}

static void send_retry(ccq_context *context, const ngtcp2_pkt_hd *header, const ccq_sockaddr *from) {
  ngtcp2_cid own = {.datalen = CCQ_CID_BYTES};
  uint8_t token[NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN], packet[1200];
  if (gnutls_rnd(GNUTLS_RND_NONCE, own.data, own.datalen) < 0) {
    return;
  }
  ngtcp2_ssize length = ngtcp2_crypto_generate_retry_token(token, context->config.secret, sizeof context->config.secret, header->version, &from->any,
                                                           ccq_address_length(from), &own, &header->dcid, context->now);
  if (length > 0) {
    length = ngtcp2_crypto_write_retry(packet, sizeof packet, header->version, &header->scid, &own, &header->dcid, token, (size_t)length);
  }
  if (length > 0 && ccq_send_now(context, packet, (size_t)length, from)) {
    context->stats.retries_sent++;
  }
}

static void send_bad_token(ccq_context *context, const ngtcp2_pkt_hd *header, const ccq_sockaddr *from) {
  context->stats.bad_tokens++;
  uint8_t packet[1200];
  if (!ccq_limits_answer(context)) {
    return;
  }
  ngtcp2_ssize length = ngtcp2_crypto_write_connection_close(packet, sizeof packet, header->version, &header->scid, &header->dcid, NGTCP2_INVALID_TOKEN, NULL, 0);
  if (length > 0) {
    ccq_send_now(context, packet, (size_t)length, from);
  }
}

/* The first packet of a connection that may become one. */
static ccq_connection *admit(ccq_context *context, const uint8_t *packet, size_t length, const ccq_sockaddr *from) {
  ngtcp2_pkt_hd header;
  int result = ngtcp2_accept(&header, packet, length);
  if (result != 0 && result != NGTCP2_ERR_RETRY) {
    context->stats.stray_packets++;
    return NULL;
  }
  bool retried = header.token.len && header.token.base[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY;
  ngtcp2_cid original;
  if (retried && ngtcp2_crypto_verify_retry_token(&original, header.token.base, header.token.len, context->config.secret, sizeof context->config.secret,
                                                  header.version, &from->any, ccq_address_length(from), &header.dcid, TOKEN_LIFE, context->now) != 0) {
    send_bad_token(context, &header, from);
    return NULL;
  }
  if (context->handshakes >= context->config.max_handshakes || context->stats.connections >= context->config.max_connections) {
    context->stats.floods_dropped++;
    return NULL;
  }
  if (!retried && (result == NGTCP2_ERR_RETRY || context->handshakes >= context->config.retry_above || !ccq_limits_allow(context, from, false))) {
    send_retry(context, &header, from);
    return NULL;
  }
  if (retried && !ccq_limits_allow(context, from, true)) {
    context->stats.floods_dropped++;
    return NULL;
  }
  return ccq_accept(context, &header, retried ? &original : NULL, from);
}

static void take_raw(ccq_context *context, const uint8_t *packet, size_t length, const ccq_sockaddr *from) {
  ccq_slab *slab = context->backlog + context->fresh_count < CCQ_EVENT_LIMIT / 2 ? ccq_slab_new(sizeof(ccq_address) + length) : NULL;
  if (slab) {
    ccq_address_out((ccq_address *)slab->data, from);
    memcpy(slab->data + sizeof(ccq_address), packet, length);
    ccq_event event = {.type = CCQ_RAW_IN, .slab = slab, .offset = sizeof(ccq_address), .length = (uint32_t)length};
    if (ccq_emit(context, &event)) {
      context->stats.raw_received++;
      return;
    }
    ccq_slab_release(slab);
  }
  context->stats.raw_dropped++;
}

static ccq_connection *by_reset_token(ccq_context *context, const uint8_t *packet, size_t length) {
  if (length < NGTCP2_MIN_STATELESS_RESET_RANDLEN + NGTCP2_STATELESS_RESET_TOKENLEN) {
    return NULL;
  }
  const uint8_t *token = packet + length - NGTCP2_STATELESS_RESET_TOKENLEN;
  return ccq_table_get(&context->by_token, ccq_cid_key(context, token, NGTCP2_STATELESS_RESET_TOKENLEN));
}

static void take_packet(ccq_context *context, const uint8_t *packet, size_t length, const ccq_sockaddr *from, uint32_t ecn) {
  context->stats.received_packets++;
  if (length && packet[0] < 64) {
    take_raw(context, packet, length, from); /* QUIC v1 packets have one of the two upper bits set (RFC 9443) */
    return;
  }
  ngtcp2_version_cid ids;
  int result = ngtcp2_pkt_decode_version_cid(&ids, packet, length, CCQ_CID_BYTES);
  if (result == NGTCP2_ERR_VERSION_NEGOTIATION) {
    context->stats.stray_packets++;
    send_versions(context, &ids, length, from);
    return;
  }
  if (result != 0) {
    context->stats.bad_packets++;
    return;
  }
  ccq_connection *connection = ccq_table_get(&context->by_cid, ccq_cid_key(context, ids.dcid, ids.dcidlen));
  if (!connection) {
    bool is_long = packet[0] & 0x80;
    if (!is_long) {
      connection = by_reset_token(context, packet, length);
      if (connection) {
        ccq_read_packet(connection, packet, length, from, ecn);
        return;
      }
      context->stats.stray_packets++;
      send_reset(context, &ids, length, from);
      return;
    }
    if (ids.version != NGTCP2_PROTO_VER_V1) {
      context->stats.stray_packets++;
      if (ids.version) { /* never answer an answer (RFC 9000 §6.1) */
        send_versions(context, &ids, length, from);
      }
      return;
    }
    if (!context->served_count) {
      context->stats.stray_packets++;
      return;
    }
    connection = admit(context, packet, length, from);
  }
  if (connection) {
    ccq_read_packet(connection, packet, length, from, ecn);
  }
}

static void read_control(struct msghdr *message, size_t *segment, uint32_t *ecn) {
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_UDP && header->cmsg_type == UDP_GRO) {
      int size;
      memcpy(&size, CMSG_DATA(header), sizeof size);
      *segment = size > 0 ? (size_t)size : *segment;
    } else if ((header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TOS) || (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_TCLASS)) {
      *ecn = *(const uint8_t *)CMSG_DATA(header) & NGTCP2_ECN_MASK;
    }
  }
}

void ccq_receive(ccq_context *context) {
  for (int round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < CCQ_RECEIVE_BATCH; i++) {
      context->received[i].msg_hdr = (struct msghdr){.msg_name = &context->received_from[i],
                                                     .msg_namelen = sizeof context->received_from[i],
                                                     .msg_iov = &context->received_parts[i],
                                                     .msg_iovlen = 1,
                                                     .msg_control = context->received_control[i],
                                                     .msg_controllen = sizeof context->received_control[i]};
    }
    int count = recvmmsg(context->socket, context->received, CCQ_RECEIVE_BATCH, MSG_DONTWAIT, NULL);
    context->stats.receive_calls++;
    if (count <= 0) {
      return;
    }
    context->now = ccq_now();
    for (int i = 0; i < count; i++) {
      size_t length = context->received[i].msg_len, segment = length;
      uint32_t ecn = NGTCP2_ECN_NOT_ECT;
      const uint8_t *bytes = context->received_parts[i].iov_base;
      read_control(&context->received[i].msg_hdr, &segment, &ecn);
      context->stats.received_bytes += length;
      if (!length) {
        context->stats.received_packets++;
        context->stats.bad_packets++;
      }
      for (size_t at = 0; at < length; at += segment) {
        take_packet(context, bytes + at, length - at < segment ? length - at : segment, &context->received_from[i], ecn);
      }
    }
    if (count < CCQ_RECEIVE_BATCH || context->backlog + context->fresh_count >= CCQ_EVENT_LIMIT) {
      return;
    }
  }
}
