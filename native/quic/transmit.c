/*
 * From connections to the socket. Packets of one connection are written side by side into the arena; neighbours of one size
 * to one address form a single message that the kernel cuts up (UDP_SEGMENT), and all messages of a pass leave by sendmmsg.
 */
#include "internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define MAX_SEGMENTS 44 /* 44 packets of 1,452 bytes fit one datagram of 64 KiB */
#define MAX_VECTORS 16
#define PROBE_BYTES 64 /* a packet that holds a PING */

bool ccq_send_now(ccq_context *context, const void *bytes, size_t length, const ccq_sockaddr *to) {
  context->stats.send_calls++;
  if (sendto(context->socket, bytes, length, MSG_DONTWAIT, &to->any, ccq_address_length(to)) < 0) {
    context->stats.send_errors++;
    return false;
  }
  context->stats.sent_packets++;
  context->stats.sent_bytes += length;
  return true;
}

/* The kernel or the network card refused to cut a message up: cut it here, now and from now on. */
static void send_singly(ccq_context *context, size_t index) {
  uint16_t segment = 0;
  struct msghdr *message = &context->messages[index].msg_hdr;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_UDP && header->cmsg_type == UDP_SEGMENT) {
      memcpy(&segment, CMSG_DATA(header), sizeof segment);
    }
  }
  context->gso = false;
  const uint8_t *bytes = context->message_parts[index].iov_base;
  size_t length = context->message_parts[index].iov_len;
  for (size_t at = 0; at < length; at += segment) {
    size_t count = length - at < segment ? length - at : segment;
    ccq_send_now(context, bytes + at, count, &context->message_to[index]);
  }
}

void ccq_send_queued(ccq_context *context) {
  size_t done = 0;
  int waits = 0;
  while (done < context->message_count) {
    int sent = sendmmsg(context->socket, context->messages + done, (unsigned)(context->message_count - done), MSG_DONTWAIT);
    context->stats.send_calls++;
    if (sent > 0) {
      done += (size_t)sent;
      continue;
    }
    if (errno == EINTR) {
      continue;
    }
    if ((errno == EAGAIN || errno == ENOBUFS) && waits++ < 5) {
      struct pollfd writable = {.fd = context->socket, .events = POLLOUT};
      poll(&writable, 1, 1);
      continue;
    }
    bool joined = context->messages[done].msg_hdr.msg_controllen > CMSG_SPACE(sizeof(int));
    if (context->gso && joined && (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP || errno == EMSGSIZE)) {
      send_singly(context, done++);
      continue;
    }
    context->stats.send_errors++; /* QUIC repairs what is lost */
    done++;
  }
  context->message_count = 0;
  context->arena_used = 0;
}

static void put_control(struct msghdr *message, int level, int type, const void *value, size_t size) {
  struct cmsghdr *header = (struct cmsghdr *)((char *)message->msg_control + message->msg_controllen);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(header), value, size);
  message->msg_controllen += CMSG_SPACE(size);
}

/* One message: length bytes that are packets of segment bytes each, the last one maybe shorter. */
static void queue_message(ccq_context *context, uint8_t *bytes, size_t length, size_t segment, const ngtcp2_path *path, uint32_t ecn) {
  size_t index = context->message_count++;
  context->message_parts[index] = (struct iovec){bytes, length};
  memcpy(&context->message_to[index], path->remote.addr, path->remote.addrlen);
  struct msghdr *message = &context->messages[index].msg_hdr;
  *message = (struct msghdr){.msg_name = &context->message_to[index],
                             .msg_namelen = path->remote.addrlen,
                             .msg_iov = &context->message_parts[index],
                             .msg_iovlen = 1,
                             .msg_control = context->message_control[index]};
  if (ecn != NGTCP2_ECN_NOT_ECT && context->ecn) {
    int mark = (int)ecn;
    bool v4 = path->remote.addr->sa_family == AF_INET || IN6_IS_ADDR_V4MAPPED(&((struct sockaddr_in6 *)path->remote.addr)->sin6_addr);
    put_control(message, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &mark, sizeof mark);
  }
  if (length > segment) {
    uint16_t cut = (uint16_t)segment;
    put_control(message, IPPROTO_UDP, UDP_SEGMENT, &cut, sizeof cut);
  }
  if (!message->msg_controllen) {
    message->msg_control = NULL;
  }
  context->stats.sent_packets += (length + segment - 1) / segment;
  context->stats.sent_bytes += length;
}

/* Packets of this connection that lie in the arena and are no message yet. */
typedef struct {
  uint8_t *start, *end;
  size_t segment;
  ngtcp2_path_storage path;
  uint32_t ecn;
} run;

static void finish_run(ccq_context *context, run *run) {
  if (run->end != run->start) {
    queue_message(context, run->start, (size_t)(run->end - run->start), run->segment, &run->path.path, run->ecn);
    run->start = run->end;
  }
}

static void add_packet(ccq_context *context, run *run, size_t length, const ngtcp2_path *path, uint32_t ecn) {
  if (run->end != run->start && (length > run->segment || ecn != run->ecn || !ngtcp2_path_eq(&run->path.path, path))) {
    finish_run(context, run);
  }
  if (run->end == run->start) {
    run->segment = length;
    run->ecn = ecn;
    ngtcp2_path_copy(&run->path.path, path);
  }
  run->end += length;
  context->arena_used += length;
  if (length < run->segment || !context->gso) {
    finish_run(context, run);
  }
}

static size_t gather(const ccq_stream *stream, ngtcp2_vec *vectors, size_t enough, uint64_t *total) {
  size_t count = 0;
  *total = 0;
  for (const ccq_chunk *chunk = stream->current; chunk && count < MAX_VECTORS && *total < enough; chunk = chunk->next) {
    size_t skip = stream->sent > chunk->at ? stream->sent - chunk->at : 0;
    vectors[count].base = (uint8_t *)(uintptr_t)chunk->bytes + skip;
    vectors[count].len = chunk->length - skip;
    *total += vectors[count++].len;
  }
  return count;
}

typedef struct {
  ngtcp2_path_storage path;
  ngtcp2_pkt_info info;
  uint8_t *to;
  size_t room;
} packet;

/* Returns the packet's length, 0 when nothing may be sent now, or a negative error that ends the connection. */
static ngtcp2_ssize write_datagram(ccq_connection *connection, packet *packet) {
  ccq_datagram *datagram = connection->datagrams;
  ngtcp2_vec bytes = {datagram->slab->data + datagram->offset, datagram->length};
  int accepted = 0;
  ngtcp2_ssize length = ngtcp2_conn_writev_datagram(connection->quic, &packet->path.path, &packet->info, packet->to, packet->room, &accepted,
                                                    NGTCP2_WRITE_DATAGRAM_FLAG_NONE, 0, &bytes, 1, connection->context->now);
  bool refused = length == NGTCP2_ERR_INVALID_STATE || length == NGTCP2_ERR_INVALID_ARGUMENT;
  if (accepted || refused) {
    ccq_datagram_done(connection, accepted);
  }
  return refused ? NGTCP2_ERR_WRITE_MORE : length;
}

static ngtcp2_ssize write_stream(ccq_connection *connection, ccq_stream *stream, packet *packet) {
  ngtcp2_vec vectors[MAX_VECTORS];
  uint64_t total = 0;
  size_t count = 0;
  uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_NONE;
  if (stream) {
    count = gather(stream, vectors, packet->room, &total);
    if (stream->fin_queued && stream->sent + total == stream->queued) {
      flags = NGTCP2_WRITE_STREAM_FLAG_FIN;
    }
  }
  ngtcp2_ssize taken = -1;
  ngtcp2_ssize length = ngtcp2_conn_writev_stream(connection->quic, &packet->path.path, &packet->info, packet->to, packet->room, &taken, flags,
                                                  stream ? stream->id : -1, vectors, count, connection->context->now);
  if (stream && taken >= 0) {
    ccq_stream_sent(stream, (size_t)taken, flags != 0);
  }
  if (stream && length == NGTCP2_ERR_STREAM_DATA_BLOCKED) {
    ccq_stream_unlist(stream);
    stream->blocked = true;
    connection->blocked_streams++;
    return NGTCP2_ERR_WRITE_MORE;
  }
  if (stream && (length == NGTCP2_ERR_STREAM_SHUT_WR || length == NGTCP2_ERR_STREAM_NOT_FOUND)) {
    ccq_stream_stopped(stream);
    return NGTCP2_ERR_WRITE_MORE;
  }
  return length;
}

/*
 * Libngtcp2 0.12 arms no probe timeout for packets that hold only datagrams: a congestion window that is full of lost ones would stay full until the connection
 * ends. So a PING follows the datagrams of a pass, and they leave it room: it is acknowledged, and what was sent before and is not is lost; or it is probed for.
 */
static uint64_t datagram_window(ccq_connection *connection) {
  if (!connection->datagrams) {
    return 0;
  }
  ngtcp2_conn_stat stat;
  ngtcp2_conn_get_conn_stat(connection->quic, &stat);
  return stat.cwnd > stat.bytes_in_flight ? stat.cwnd - stat.bytes_in_flight : 0;
}

static ngtcp2_ssize write_ping(ccq_connection *connection, packet *packet) {
  ccq_context *context = connection->context;
  ngtcp2_conn_set_keep_alive_timeout(connection->quic, 1); /* nothing else makes the library write one */
  context->now++;
  ngtcp2_ssize length = write_stream(connection, NULL, packet);
  ngtcp2_conn_set_keep_alive_timeout(connection->quic, context->config.keep_alive_ms * NGTCP2_MILLISECONDS);
  return length;
}

static void tell_writable(ccq_connection *connection) {
  if (!connection->notify || connection->unsent > connection->context->config.low_water) {
    return;
  }
  ccq_event event = {.type = CCQ_WRITABLE, .connection = connection->handle, .value = connection->left};
  connection->notify = !ccq_emit(connection->context, &event);
}

/* Sends what the connection has to send and may send now. */
void ccq_flush(ccq_connection *connection) {
  ccq_context *context = connection->context;
  connection->look_at = 0;
  if (connection->connected && connection->requests) {
    ccq_streams_open(connection);
    if (connection->state != CCQ_ALIVE) {
      return;
    }
  }
  size_t room = context->config.max_udp_payload;
  size_t burst = ngtcp2_conn_get_send_quantum(connection->quic) / room;
  burst = burst < 1 ? 1 : burst > MAX_SEGMENTS ? MAX_SEGMENTS : burst;
  if (context->arena_used + (burst + 1) * room > CCQ_ARENA_BYTES || context->message_count + burst + 1 > CCQ_MESSAGES) {
    ccq_send_queued(context);
  }
  run run = {.start = context->arena + context->arena_used, .end = context->arena + context->arena_used};
  ngtcp2_path_storage_zero(&run.path);
  packet packet = {.room = room};
  ngtcp2_path_storage_zero(&packet.path);
  size_t written = 0, bytes = 0;
  uint64_t window = datagram_window(connection);
  bool unprobed = false;
  ccq_stream *served = NULL;
  while ((written < burst || unprobed) && connection->state == CCQ_ALIVE) {
    packet.to = run.end;
    bool datagram = written < burst && connection->datagrams && window >= room + PROBE_BYTES;
    bool ping = !datagram && unprobed;
    ccq_stream *stream = datagram || ping ? NULL : connection->sending;
    ngtcp2_ssize length = datagram ? write_datagram(connection, &packet) : ping ? write_ping(connection, &packet) : write_stream(connection, stream, &packet);
    if (length == NGTCP2_ERR_WRITE_MORE) {
      continue;
    }
    if (length < 0) {
      finish_run(context, &run);
      ccq_fail(connection, (int)length);
      return;
    }
    if (length == 0 && datagram && unprobed) {
      window = 0;
      continue;
    }
    if (length == 0) {
      break; /* congestion window or pacing: an acknowledgement or the timer comes back */
    }
    unprobed = datagram;
    served = stream ? stream : served;
    add_packet(context, &run, (size_t)length, &packet.path.path, packet.info.ecn);
    bytes += (size_t)length;
    window -= window < (size_t)length ? window : (size_t)length;
    written++;
  }
  finish_run(context, &run);
  if (connection->state != CCQ_ALIVE) {
    return;
  }
  if (written) {
    ngtcp2_conn_update_pkt_tx_time(connection->quic, context->now);
    connection->figures.sent_packets += written;
    connection->figures.sent_bytes += bytes;
    if (written >= burst) {
      ccq_mark(connection); /* there may be more: pacing decides at the next pass */
    }
    if (served && connection->sending == served && served->next && served->next->priority == served->priority) {
      ccq_stream_unlist(served); /* to the end of its equals */
      ccq_stream_list(served);
    }
  }
  tell_writable(connection);
  ccq_publish_figures(connection);
  ccq_reschedule(connection);
}
