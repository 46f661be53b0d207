/* Streams of a connection: their life, what waits to be sent, and who is next. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_of(int64_t id) { return (uint64_t)id + 1; }

ccq_stream *ccq_stream_find(ccq_connection *connection, int64_t id) { return id < 0 ? NULL : ccq_table_get(&connection->streams, key_of(id)); }

/* ---- the list of streams with something to send ---- */

void ccq_stream_list(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  if (stream->listed || stream->blocked || stream->shut || (stream->sent == stream->queued && !(stream->fin_queued && !stream->fin_sent))) {
    return;
  }
  stream->listed = true;
  stream->turn = ++connection->turns;
  ccq_stream *after = connection->sending_last;
  while (after && after->priority > stream->priority) {
    after = after->previous;
  }
  stream->previous = after;
  stream->next = after ? after->next : connection->sending;
  *(after ? &after->next : &connection->sending) = stream;
  *(stream->next ? &stream->next->previous : &connection->sending_last) = stream;
}

void ccq_stream_unlist(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  if (!stream->listed) {
    return;
  }
  stream->listed = false;
  *(stream->previous ? &stream->previous->next : &connection->sending) = stream->next;
  *(stream->next ? &stream->next->previous : &connection->sending_last) = stream->previous;
  stream->next = stream->previous = NULL;
}

void ccq_streams_unblock(ccq_connection *connection) {
  for (size_t i = 0; connection->blocked_streams && i < connection->streams.capacity; i++) {
    ccq_stream *stream = connection->streams.slots[i].value;
    if (stream && stream->blocked) {
      stream->blocked = false;
      connection->blocked_streams--;
      ccq_stream_list(stream);
    }
  }
}

/* ---- life ---- */

ccq_stream *ccq_stream_new(ccq_connection *connection, int64_t id, uint64_t priority) {
  ccq_stream *stream = ccq_allocate(connection->context, sizeof *stream);
  if (!stream) {
    return NULL;
  }
  stream->connection = connection;
  stream->id = id;
  stream->priority = priority;
  if (!ccq_table_put(&connection->streams, key_of(id), stream)) {
    connection->context->stats.allocation_failures++;
    free(stream);
    return NULL;
  }
  return stream;
}

static void free_chunks(ccq_stream *stream) {
  while (stream->first) {
    ccq_chunk *chunk = stream->first;
    stream->first = chunk->next;
    ccq_slab_release(chunk->slab);
    free(chunk);
  }
  stream->last = stream->current = NULL;
}

void ccq_stream_count_losses(ccq_stream *stream) {
  size_t losses = ngtcp2_conn_get_stream_loss_count(stream->connection->quic, stream->id);
  if (losses > stream->losses) {
    stream->connection->figures.lost_packets += losses - stream->losses;
    stream->losses = losses;
  }
}

void ccq_stream_free(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  ccq_stream_drop(stream);
  if (stream->blocked) {
    connection->blocked_streams--;
  }
  free_chunks(stream);
  ccq_slab_release(stream->inbox);
  ccq_table_remove(&connection->streams, key_of(stream->id));
  free(stream);
}

/* What was not sent never will be. Sent bytes stay: the library may still point at them. */
void ccq_stream_drop(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  ccq_stream_unlist(stream);
  connection->unsent -= stream->queued - stream->sent;
  connection->left += stream->queued - stream->sent;
  stream->sent = stream->queued;
  stream->fin_sent = stream->shut = true;
  stream->current = NULL;
}

void ccq_streams_free(ccq_connection *connection) {
  for (size_t i = 0; i < connection->streams.capacity; i++) {
    ccq_stream *stream = connection->streams.slots[i].value;
    if (stream) {
      free_chunks(stream);
      ccq_slab_release(stream->inbox);
      free(stream);
    }
  }
  ccq_table_free(&connection->streams);
  while (connection->requests) {
    ccq_open_request *request = connection->requests;
    connection->requests = request->next;
    free(request);
  }
}

bool ccq_stream_tell(ccq_connection *connection, uint32_t type, int64_t stream, uint64_t value) {
  ccq_event event = {.type = type, .connection = connection->handle, .stream = stream, .value = value};
  return ccq_emit(connection->context, &event);
}

/* ---- commands ---- */

void ccq_stream_request(ccq_connection *connection, const ccq_command *command) {
  ccq_open_request *request = ccq_allocate(connection->context, sizeof *request);
  if (!request) {
    ccq_fail(connection, NGTCP2_ERR_NOMEM);
    return;
  }
  *request = (ccq_open_request){.cookie = command->stream, .priority = command->value, .uni = command->flags & CCQ_UNI};
  *(connection->requests ? &connection->requests_last->next : &connection->requests) = request;
  connection->requests_last = request;
}

/* Opens what was asked for as far as the peer allows it; a kind that is used up does not hold up the other. */
void ccq_streams_open(ccq_connection *connection) {
  bool full[2] = {false, false};
  ccq_open_request **link = &connection->requests, *last = NULL;
  while (*link) {
    ccq_open_request *request = *link;
    int64_t id = -1;
    int result = full[request->uni] ? NGTCP2_ERR_STREAM_ID_BLOCKED
                 : request->uni     ? ngtcp2_conn_open_uni_stream(connection->quic, &id, NULL)
                                    : ngtcp2_conn_open_bidi_stream(connection->quic, &id, NULL);
    if (result == NGTCP2_ERR_STREAM_ID_BLOCKED) {
      full[request->uni] = true;
      last = request;
      link = &request->next;
      continue;
    }
    ccq_stream *stream = result == 0 ? ccq_stream_new(connection, id, request->priority) : NULL;
    if (!stream || ngtcp2_conn_set_stream_user_data(connection->quic, id, stream) != 0 || !ccq_stream_tell(connection, CCQ_OPENED, id, (uint64_t)request->cookie)) {
      ccq_fail(connection, result ? result : NGTCP2_ERR_NOMEM);
      return;
    }
    *link = request->next;
    free(request);
  }
  connection->requests_last = last;
}

void ccq_stream_write(ccq_connection *connection, const ccq_command *command) {
  ccq_stream *stream = ccq_stream_find(connection, command->stream);
  if (command->flags & CCQ_NOTIFY) {
    connection->notify = true;
  }
  if (!stream || stream->shut || stream->fin_queued) {
    connection->left += command->slab ? command->length : 0;
    ccq_slab_release(command->slab);
    return;
  }
  if (command->slab && command->length) {
    ccq_chunk *chunk = ccq_allocate(connection->context, sizeof *chunk);
    if (!chunk) {
      ccq_slab_release(command->slab);
      ccq_fail(connection, NGTCP2_ERR_NOMEM);
      return;
    }
    *chunk = (ccq_chunk){.slab = command->slab, .bytes = command->slab->data + command->offset, .at = stream->queued, .length = command->length};
    *(stream->first ? &stream->last->next : &stream->first) = chunk;
    stream->last = chunk;
    if (!stream->current) {
      stream->current = chunk;
    }
    stream->queued += command->length;
    connection->unsent += command->length;
  } else {
    ccq_slab_release(command->slab);
  }
  stream->fin_queued = command->flags & CCQ_FIN;
  ccq_stream_list(stream);
}

static void consume(ccq_connection *connection, ccq_stream *stream, uint64_t count) {
  if (stream) {
    stream->consumed += count;
    if (stream->consumed >= stream->received) {
      ccq_slab_release(stream->inbox);
      stream->inbox = NULL;
    }
    if (ngtcp2_conn_extend_max_stream_offset(connection->quic, stream->id, count) != 0) {
      ccq_fail(connection, NGTCP2_ERR_NOMEM);
      return;
    }
  }
  ngtcp2_conn_extend_max_offset(connection->quic, count);
}

void ccq_stream_command(ccq_connection *connection, const ccq_command *command) {
  ccq_stream *stream = ccq_stream_find(connection, command->stream);
  int result = 0;
  switch (command->op) {
  case CCQ_RESET:
    if (stream && !stream->shut && (!ccq_is_uni(stream->id) || ccq_is_local(connection, stream->id))) {
      ccq_stream_drop(stream);
      result = ngtcp2_conn_shutdown_stream_write(connection->quic, command->stream, command->value);
    }
    break;
  case CCQ_STOP:
    if (stream && (!ccq_is_uni(stream->id) || !ccq_is_local(connection, stream->id))) {
      result = ngtcp2_conn_shutdown_stream_read(connection->quic, command->stream, command->value);
    }
    break;
  case CCQ_CONSUME:
    consume(connection, stream, command->value);
    break;
  case CCQ_RELEASE:
    if (ccq_is_uni(command->stream)) {
      ngtcp2_conn_extend_max_streams_uni(connection->quic, 1);
    } else {
      ngtcp2_conn_extend_max_streams_bidi(connection->quic, 1);
    }
    break;
  case CCQ_PRIORITIZE:
    if (stream) {
      ccq_stream_unlist(stream);
      stream->priority = command->value;
      ccq_stream_list(stream);
    }
    break;
  }
  if (result != 0 && result != NGTCP2_ERR_STREAM_NOT_FOUND) {
    ccq_fail(connection, result);
  }
}

void ccq_stream_sent(ccq_stream *stream, size_t count, bool fin) {
  ccq_connection *connection = stream->connection;
  stream->sent += count;
  connection->unsent -= count;
  connection->left += count;
  while (stream->current && stream->current->at + stream->current->length <= stream->sent) {
    stream->current = stream->current->next;
  }
  if (fin && stream->sent == stream->queued) {
    stream->fin_sent = true;
  }
  if (stream->sent == stream->queued && stream->fin_queued == stream->fin_sent) {
    ccq_stream_unlist(stream);
  }
}

/* Libngtcp2 0.12 resets a stream that the peer stops, and lets that be seen by the next write only. */
void ccq_stream_stopped(ccq_stream *stream) {
  ccq_connection *connection = stream->connection;
  if (!stream->shut) {
    ccq_stream_drop(stream);
    if (!ccq_stream_tell(connection, CCQ_PEER_STOPPED, stream->id, 0)) {
      ccq_fail(connection, NGTCP2_ERR_NOMEM);
    }
  }
}
