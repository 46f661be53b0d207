/* What libngtcp2 tells of streams, and how it reaches the application. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_INBOX 4096
#define NEXT_INBOX 16384

static int on_open(ngtcp2_conn *quic, int64_t id, void *user) {
  ccq_connection *connection = user;
  ccq_stream *stream = ccq_stream_new(connection, id, 0);
  if (!stream || ngtcp2_conn_set_stream_user_data(quic, id, stream) != 0 || !ccq_stream_tell(connection, CCQ_PEER_OPENED, id, 0)) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  return 0;
}

static bool deliver(ccq_stream *stream, uint32_t offset, uint32_t length, uint32_t flags) {
  ccq_context *context = stream->connection->context;
  if (stream->event_pass == context->pass && stream->event < context->fresh_count) {
    ccq_event *last = &context->fresh[stream->event];
    if (last->type == CCQ_DATA && last->connection == stream->connection->handle && last->stream == stream->id && !(last->flags & CCQ_FIN) &&
        (length == 0 || (last->slab == stream->inbox && last->offset + last->length == offset))) {
      last->length += length;
      last->flags |= flags;
      return true;
    }
  }
  ccq_event event = {
    .type = CCQ_DATA, .flags = flags, .connection = stream->connection->handle, .stream = stream->id, .offset = offset, .length = length};
  if (length) {
    event.slab = stream->inbox;
    ccq_slab_retain(event.slab);
  }
  stream->event = context->fresh_count;
  stream->event_pass = context->pass;
  if (!ccq_emit(context, &event)) {
    ccq_slab_release(event.slab);
    return false;
  }
  return true;
}

/*
 * Libngtcp2 0.12 never reports the end of a stream on which only the peer sends, so its last byte or its reset is the end here.
 * The library keeps about 300 bytes of each such stream until the connection ends: long-lived connections that receive many
 * streams had better use bidirectional ones.
 */
static bool end_received(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  if (!ccq_is_uni(stream->id)) {
    return true;
  }
  ngtcp2_conn_set_stream_user_data(connection->quic, stream->id, NULL);
  bool told = ccq_stream_tell(connection, CCQ_STREAM_CLOSED, stream->id, 0);
  ccq_stream_free(stream);
  return told;
}

static int on_data(ngtcp2_conn *quic, uint32_t flags, int64_t id, uint64_t offset, const uint8_t *data, size_t length, void *user, void *stream_user) {
  (void)quic, (void)id, (void)offset;
  ccq_connection *connection = user;
  ccq_stream *stream = stream_user;
  if (!stream) {
    ngtcp2_conn_extend_max_offset(connection->quic, length);
    return 0;
  }
  while (length) {
    if (!stream->inbox || stream->inbox_used == stream->inbox->size) {
      ccq_slab_release(stream->inbox);
      stream->inbox = ccq_slab_new(stream->consumed == stream->received ? FIRST_INBOX : NEXT_INBOX);
      stream->inbox_used = 0;
      if (!stream->inbox) {
        connection->context->stats.allocation_failures++;
        return NGTCP2_ERR_CALLBACK_FAILURE;
      }
    }
    uint32_t room = stream->inbox->size - stream->inbox_used;
    uint32_t count = length < room ? (uint32_t)length : room;
    memcpy(stream->inbox->data + stream->inbox_used, data, count);
    if (!deliver(stream, stream->inbox_used, count, 0)) {
      return NGTCP2_ERR_CALLBACK_FAILURE;
    }
    stream->inbox_used += count;
    stream->received += count;
    data += count;
    length -= count;
  }
  if ((flags & NGTCP2_STREAM_DATA_FLAG_FIN) && (!deliver(stream, 0, 0, CCQ_FIN) || !end_received(stream))) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  return 0;
}

static int on_acked(ngtcp2_conn *quic, int64_t id, uint64_t offset, uint64_t length, void *user, void *stream_user) {
  (void)quic, (void)id, (void)user;
  ccq_stream *stream = stream_user;
  while (stream && stream->first && stream->first != stream->current && stream->first->at + stream->first->length <= offset + length) {
    ccq_chunk *chunk = stream->first;
    stream->first = chunk->next;
    if (!stream->first) {
      stream->last = NULL;
    }
    ccq_slab_release(chunk->slab);
    free(chunk);
  }
  return 0;
}

static int on_reset(ngtcp2_conn *quic, int64_t id, uint64_t size, uint64_t code, void *user, void *stream_user) {
  (void)quic, (void)size;
  ccq_connection *connection = user;
  ccq_stream *stream = stream_user;
  if (!stream) {
    return 0;
  }
  return ccq_stream_tell(connection, CCQ_PEER_RESET, id, code) && end_received(stream) ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

static int on_close(ngtcp2_conn *quic, uint32_t flags, int64_t id, uint64_t code, void *user, void *stream_user) {
  (void)quic, (void)flags, (void)code;
  ccq_stream *stream = stream_user;
  if (!stream) {
    return 0;
  }
  ccq_stream_count_losses(stream);
  ccq_connection *connection = user;
  bool writes = !ccq_is_uni(id) || ccq_is_local(connection, id);
  if (writes && !stream->shut && !stream->fin_sent && !ccq_stream_tell(connection, CCQ_PEER_STOPPED, id, 0)) {
    return NGTCP2_ERR_CALLBACK_FAILURE; /* it was over before a write could see that the peer had stopped it */
  }
  ccq_stream_free(stream);
  return ccq_stream_tell(user, CCQ_STREAM_CLOSED, id, 0) ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

static int on_credit(ngtcp2_conn *quic, int64_t id, uint64_t max, void *user, void *stream_user) {
  (void)quic, (void)id, (void)max;
  ccq_connection *connection = user;
  ccq_stream *stream = stream_user;
  if (stream && stream->blocked) {
    stream->blocked = false;
    connection->blocked_streams--;
    ccq_stream_list(stream);
  }
  return 0;
}

void ccq_stream_callbacks(ngtcp2_callbacks *callbacks) {
  callbacks->stream_open = on_open;
  callbacks->recv_stream_data = on_data;
  callbacks->acked_stream_data_offset = on_acked;
  callbacks->stream_reset = on_reset;
  callbacks->stream_close = on_close;
  callbacks->extend_max_stream_data = on_credit;
}
