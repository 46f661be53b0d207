/*
 * The worker thread. One pass: wait -> receive -> commands -> expired timers -> flush of every connection that was touched ->
 * send -> publish events.
 */
#include "internal.h"

#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_WAIT NGTCP2_SECONDS
#define PAUSE (2 * NGTCP2_MILLISECONDS)

static void close_by_application(ccq_connection *connection, const ccq_command *command) {
  ngtcp2_connection_close_error error;
  ngtcp2_connection_close_error_default(&error);
  const uint8_t *reason = command->slab ? command->slab->data + command->offset : NULL;
  if (command->flags & CCQ_TRANSPORT) {
    ngtcp2_connection_close_error_set_transport_error(&error, command->value, reason, command->length);
  } else {
    ngtcp2_connection_close_error_set_application_error(&error, command->value, reason, command->length);
  }
  if (connection->connected) {
    ccq_flush(connection); /* what could leave already leaves first */
  }
  ccq_close(connection, &error, CCQ_BY_US, command->value, NULL);
}

static void queue_datagram(ccq_connection *connection, const ccq_command *command) {
  ccq_datagram *datagram =
    connection->datagram_count < CCQ_DATAGRAM_LIMIT ? ccq_allocate(connection->context, sizeof *datagram) : NULL;
  if (!datagram) {
    connection->figures.datagrams_done++;
    connection->figures.datagrams_dropped++;
    connection->context->stats.datagrams_dropped++;
    ccq_slab_release(command->slab);
    return;
  }
  *datagram = (ccq_datagram){.slab = command->slab, .offset = command->offset, .length = command->length};
  *(connection->datagrams ? &connection->datagrams_last->next : &connection->datagrams) = datagram;
  connection->datagrams_last = datagram;
  connection->datagram_count++;
}

static void send_raw(ccq_context *context, const ccq_command *command) {
  ccq_address to;
  ccq_sockaddr address;
  memcpy(&to, command->slab->data, sizeof to);
  if (ccq_address_in(context, &address, &to) && ccq_send_now(context, command->slab->data + sizeof to, command->slab->size - sizeof to, &address)) {
    context->stats.raw_sent++;
  } else {
    context->stats.raw_dropped++;
  }
}

static void execute(ccq_context *context, const ccq_command *command) {
  if (command->op == CCQ_CONNECT || command->op == CCQ_RAW) {
    command->op == CCQ_CONNECT ? ccq_dial(context, command) : send_raw(context, command);
    ccq_slab_release(command->slab);
    return;
  }
  ccq_connection *connection = ccq_table_get(&context->by_handle, command->connection);
  if (!connection || connection->state != CCQ_ALIVE) {
    ccq_slab_release(command->slab);
    return;
  }
  switch (command->op) {
  case CCQ_OPEN:
    ccq_stream_request(connection, command);
    break;
  case CCQ_WRITE:
    ccq_stream_write(connection, command);
    break;
  case CCQ_DATAGRAM:
    queue_datagram(connection, command);
    break;
  case CCQ_CLOSE:
    close_by_application(connection, command);
    ccq_slab_release(command->slab);
    break;
  case CCQ_UPDATE_KEY:
    /* Refused while the last update is not confirmed; the caller sees by the figures whether it took place. */
    (void)ngtcp2_conn_initiate_key_update(connection->quic, context->now);
    break;
  default:
    ccq_stream_command(connection, command);
    break;
  }
  ccq_mark(connection);
}

static uint64_t patience(ccq_context *context) {
  if (context->dirty || context->fresh_count) {
    return 0;
  }
  uint64_t wait = LONGEST_WAIT;
  if (context->heap_count) {
    uint64_t expiry = context->heap[0]->expiry;
    uint64_t left = expiry <= context->now ? 0 : expiry - context->now;
    wait = left < wait ? left : wait;
  }
  return wait;
}

static void wait_for_work(ccq_context *context) {
  bool paused = context->backlog >= CCQ_EVENT_LIMIT;
  uint64_t wait = patience(context);
  if (paused) {
    context->stats.reads_paused++;
    wait = wait < PAUSE ? wait : PAUSE;
  }
  atomic_store(&context->sleeping, true);
  pthread_mutex_lock(&context->command_gate);
  if (context->command_count || atomic_load(&context->stopping)) {
    wait = 0;
  }
  pthread_mutex_unlock(&context->command_gate);
  struct pollfd ready[2] = {{.fd = context->wake, .events = POLLIN}, {.fd = context->socket, .events = POLLIN}};
  struct timespec timeout = {(time_t)(wait / NGTCP2_SECONDS), (long)(wait % NGTCP2_SECONDS)};
  ppoll(ready, paused ? 1 : 2, &timeout, NULL);
  atomic_store(&context->sleeping, false);
  context->now = ccq_now();
  if (ready[0].revents) {
    uint64_t count;
    if (read(context->wake, &count, sizeof count) < 0) {
      /* Somebody else's wake-up came between: nothing is lost. */
    }
  }
  if (!paused && ready[1].revents) {
    ccq_receive(context);
  }
  if (paused) {
    pthread_mutex_lock(&context->event_gate);
    context->backlog = context->event_count;
    pthread_mutex_unlock(&context->event_gate);
  }
}

static void run_commands(ccq_context *context) {
  size_t count = ccq_take_commands(context);
  for (size_t i = 0; i < count; i++) {
    execute(context, &context->taken[i]);
  }
}

static void flush_dirty(ccq_context *context) {
  ccq_connection *next, *connection = context->dirty;
  context->dirty = NULL;
  context->dirty_tail = &context->dirty;
  for (; connection; connection = next) {
    next = connection->next_dirty;
    connection->dirty = false;
    if (connection->state == CCQ_ALIVE) {
      ccq_flush(connection);
    } else if (connection->state == CCQ_DEAD) {
      ccq_reap(connection);
    }
  }
}

static void finish_pass(ccq_context *context) {
  ccq_send_queued(context);
  ccq_publish(context);
  context->stats.handshakes = context->handshakes;
  context->stats.gso = context->gso;
  pthread_mutex_lock(&context->stats_gate);
  context->published = context->stats;
  pthread_mutex_unlock(&context->stats_gate);
}

static void close_all(ccq_context *context) {
  ngtcp2_connection_close_error error;
  ngtcp2_connection_close_error_default(&error);
  ngtcp2_connection_close_error_set_application_error(&error, 0, NULL, 0);
  for (size_t i = 0; i < context->heap_capacity && i < context->heap_count; i++) {
    ccq_connection *connection = context->heap[i];
    if (connection->state == CCQ_ALIVE) {
      ccq_close(connection, &error, CCQ_BY_US, 0, NULL);
      i = (size_t)-1; /* its timer has moved within the heap: look again from the start */
    }
  }
  ccq_send_queued(context);
}

void *ccq_work(void *argument) {
  ccq_context *context = argument;
  if (context->config.cpu >= 0) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(context->config.cpu, &cpus);
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
  }
  while (!atomic_load(&context->stopping)) {
    wait_for_work(context);
    run_commands(context);
    while (context->heap_count && context->heap[0]->expiry <= context->now) {
      ccq_expire(context->heap[0]);
    }
    flush_dirty(context);
    finish_pass(context);
  }
  run_commands(context);
  flush_dirty(context);
  close_all(context);
  finish_pass(context);
  return NULL;
}
