/* A context: its socket, its buffers, its life. */
#include "internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define SOCKET_BUFFER (8 << 20)

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
    result = -pthread_create(&context->thread, NULL, ccq_work, context);
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
