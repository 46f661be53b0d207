/*
 * The socket and its worker. One pass of the worker: wait -> receive -> commands -> expired timers -> flush of every connection
 * that was touched -> send -> publish events.
 */
#include "internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define SOCKET_BUFFER (8 << 20)
#define LONGEST_WAIT NGTCP2_SECONDS
#define PAUSE (2 * NGTCP2_MILLISECONDS)

/* TLS 1.3 only, what RFC 9001 and browsers need. */
#define PRIORITY                                                                                                                                       \
  "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:"                   \
  "+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE"

uint64_t ccq_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * NGTCP2_SECONDS + (uint64_t)time.tv_nsec;
}

void *ccq_allocate(ccq_context *context, size_t size) {
  void *memory = calloc(1, size);
  if (!memory) {
    context->stats.allocation_failures++;
  }
  return memory;
}

/* ---- addresses ---- */

socklen_t ccq_address_length(const ccq_sockaddr *address) { return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4; }

bool ccq_address_equal(const ccq_sockaddr *a, const ccq_sockaddr *b) {
  if (a->any.sa_family != b->any.sa_family) {
    return false;
  }
  return a->any.sa_family == AF_INET6
           ? a->v6.sin6_port == b->v6.sin6_port && memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0
           : a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

void ccq_address_out(ccq_address *to, const ccq_sockaddr *from) {
  *to = (ccq_address){0};
  if (from->any.sa_family == AF_INET) {
    to->family = 4;
    to->port = ntohs(from->v4.sin_port);
    memcpy(to->ip, &from->v4.sin_addr, 4);
  } else if (IN6_IS_ADDR_V4MAPPED(&from->v6.sin6_addr)) {
    to->family = 4;
    to->port = ntohs(from->v6.sin6_port);
    memcpy(to->ip, from->v6.sin6_addr.s6_addr + 12, 4);
  } else {
    to->family = 6;
    to->port = ntohs(from->v6.sin6_port);
    to->scope = from->v6.sin6_scope_id;
    memcpy(to->ip, &from->v6.sin6_addr, 16);
  }
}

/* In the family of the socket: on a dual-stack socket IPv4 addresses are mapped into IPv6. */
bool ccq_address_in(const ccq_context *context, ccq_sockaddr *to, const ccq_address *from) {
  memset(to, 0, sizeof *to);
  if (context->local.any.sa_family == AF_INET) {
    to->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(from->port)};
    memcpy(&to->v4.sin_addr, from->ip, 4);
    return from->family == 4;
  }
  to->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(from->port), .sin6_scope_id = from->scope};
  if (from->family == 4) {
    to->v6.sin6_addr.s6_addr[10] = to->v6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(to->v6.sin6_addr.s6_addr + 12, from->ip, 4);
    return IN6_IS_ADDR_UNSPECIFIED(&context->local.v6.sin6_addr) || IN6_IS_ADDR_V4MAPPED(&context->local.v6.sin6_addr);
  }
  memcpy(&to->v6.sin6_addr, from->ip, 16);
  return from->family == 6;
}

void ccq_local(ccq_context *context, ccq_address *address) { ccq_address_out(address, &context->local); }

/* ---- commands ---- */

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

/* ---- the worker ---- */

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

static void *work(void *argument) {
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

/* ---- life ---- */

static int option(int socket, int level, int name, int value) { return setsockopt(socket, level, name, &value, sizeof value); }

static int open_socket(ccq_context *context) {
  const ccq_address *wanted = &context->config.local;
  int family = wanted->family == 4 ? AF_INET : AF_INET6;
  int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return -errno;
  }
  context->socket = fd;
  if (option(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER) < 0) {
    option(fd, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER);
  }
  if (option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCKET_BUFFER) < 0) {
    option(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER);
  }
  if (family == AF_INET6) {
    option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    context->ecn = option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) == 0;
    option(fd, IPPROTO_IP, IP_RECVTOS, 1);
  } else {
    context->ecn = option(fd, IPPROTO_IP, IP_RECVTOS, 1) == 0;
  }
  option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE); /* never fragment, and believe no forged ICMP */
  if (context->config.flags & CCQ_GRO) {
    option(fd, IPPROTO_UDP, UDP_GRO, 1);
  }
  ccq_sockaddr local;
  context->local.any.sa_family = (sa_family_t)family;
  if (!ccq_address_in(context, &local, wanted)) {
    return -EAFNOSUPPORT;
  }
  context->local = local;
  context->local_length = ccq_address_length(&context->local);
  if (bind(fd, &context->local.any, context->local_length) < 0 || getsockname(fd, &context->local.any, &context->local_length) < 0) {
    return -errno;
  }
  return 0;
}

static bool prepare_buffers(ccq_context *context) {
  context->receive_size = context->config.flags & CCQ_GRO ? 65536 : 2048;
  context->receive_buffer = malloc(context->receive_size * CCQ_RECEIVE_BATCH);
  context->arena = malloc(CCQ_ARENA_BYTES);
  context->buckets = calloc(CCQ_LIMIT_BUCKETS, sizeof *context->buckets);
  if (!context->receive_buffer || !context->arena || !context->buckets) {
    return false;
  }
  for (size_t i = 0; i < CCQ_RECEIVE_BATCH; i++) {
    context->received_parts[i] = (struct iovec){context->receive_buffer + i * context->receive_size, context->receive_size};
  }
  return true;
}

int ccq_open(const ccq_config *config, ccq_context **opened) {
  if (config->size != sizeof *config || config->max_udp_payload < NGTCP2_MAX_UDP_PAYLOAD_SIZE ||
      config->max_udp_payload > NGTCP2_MAX_PMTUD_UDP_PAYLOAD_SIZE || config->congestion > CCQ_BBR2) {
    return -EINVAL;
  }
  ccq_context *context = calloc(1, sizeof *context);
  if (!context) {
    return -ENOMEM;
  }
  context->config = *config;
  context->socket = context->wake = -1;
  context->gso = !(config->flags & CCQ_NO_GSO);
  context->dirty_tail = &context->dirty;
  context->pass = 1;
  atomic_init(&context->next_handle, 1);
  pthread_mutex_init(&context->serve_gate, NULL);
  pthread_mutex_init(&context->command_gate, NULL);
  pthread_mutex_init(&context->event_gate, NULL);
  pthread_mutex_init(&context->stats_gate, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&context->event_ready, &monotonic);
  pthread_condattr_destroy(&monotonic);
  int result = open_socket(context);
  if (result == 0 && (context->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
    result = -errno;
  }
  if (result == 0 && (!prepare_buffers(context) || gnutls_priority_init(&context->priority, PRIORITY, NULL) < 0 ||
                      gnutls_rnd(GNUTLS_RND_RANDOM, &context->table_secret, sizeof context->table_secret) < 0)) {
    result = -ENOMEM;
  }
  context->now = ccq_now();
  if (result == 0) {
    result = -pthread_create(&context->thread, NULL, work, context);
    context->running = result == 0;
  }
  if (result != 0) {
    ccq_free(context);
    return result;
  }
  *opened = context;
  return 0;
}

uint64_t ccq_connect(ccq_context *context, const ccq_address *to, ccq_identity *identity, const char *server_name) {
  size_t name = strlen(server_name) + 1;
  ccq_slab *slab = ccq_slab_new(sizeof *to + sizeof identity + name);
  if (!slab) {
    return 0;
  }
  memcpy(slab->data, to, sizeof *to);
  memcpy(slab->data + sizeof *to, &identity, sizeof identity);
  memcpy(slab->data + sizeof *to + sizeof identity, server_name, name);
  ccq_identity_retain(identity);
  ccq_command command = {.op = CCQ_CONNECT, .connection = atomic_fetch_add(&context->next_handle, 1), .slab = slab};
  if (ccq_submit(context, &command, 1) < 0) {
    ccq_identity_release(identity);
    return 0;
  }
  return command.connection;
}

void ccq_get_stats(ccq_context *context, ccq_stats *stats) {
  pthread_mutex_lock(&context->stats_gate);
  *stats = context->published;
  pthread_mutex_unlock(&context->stats_gate);
}

void ccq_stop(ccq_context *context) {
  pthread_mutex_lock(&context->command_gate);
  bool first = !atomic_exchange(&context->stopping, true);
  pthread_mutex_unlock(&context->command_gate);
  if (!first) {
    return;
  }
  if (context->running) {
    ccq_wake(context);
    pthread_join(context->thread, NULL);
  }
  pthread_mutex_lock(&context->event_gate);
  context->events_ended = true;
  pthread_cond_broadcast(&context->event_ready);
  pthread_mutex_unlock(&context->event_gate);
}

void ccq_free(ccq_context *context) {
  ccq_stop(context);
  while (context->heap_count) {
    ccq_connection *connection = context->heap[0];
    connection->state = CCQ_DEAD;
    ccq_reap(connection);
  }
  ccq_drop_queues(context);
  for (size_t i = 0; i < context->served_count; i++) {
    ccq_identity_release(context->served[i]);
  }
  ccq_table_free(&context->by_cid);
  ccq_table_free(&context->by_handle);
  ccq_table_free(&context->by_token);
  free(context->heap);
  free(context->buckets);
  free(context->arena);
  free(context->receive_buffer);
  if (context->priority) {
    gnutls_priority_deinit(context->priority);
  }
  if (context->wake >= 0) {
    close(context->wake);
  }
  if (context->socket >= 0) {
    close(context->socket);
  }
  pthread_cond_destroy(&context->event_ready);
  pthread_mutex_destroy(&context->serve_gate);
  pthread_mutex_destroy(&context->command_gate);
  pthread_mutex_destroy(&context->event_gate);
  pthread_mutex_destroy(&context->stats_gate);
  free(context);
}
