/*
 * Two sockets that dial, stream, reset, stop, send datagrams, bear noise and end, to be watched by a sanitizer or valgrind:
 *   cmake -S native -B /tmp/asan -DCCQ_SANITIZE=ON && cmake --build /tmp/asan && /tmp/asan/quic/quic_stress cert.pem key.pem
 * Exits with 0 when all connections were made and nothing is left.
 */
#include "clustercast_quic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define CONNECTIONS 60
#define EVENTS 128
#define ROUNDS 400

static void *load(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(66);
  }
  char *bytes = malloc(1 << 16);
  *length = fread(bytes, 1, 1 << 16, file);
  fclose(file);
  return bytes;
}

static ccq_context *open_socket(void) {
  ccq_config config = {.size = sizeof config,
                       .local = {.ip = {127, 0, 0, 1}, .family = 4},
                       .congestion = CCQ_CUBIC,
                       .max_udp_payload = 1452,
                       .idle_timeout_ms = 3000,
                       .handshake_timeout_ms = 3000,
                       .stream_window = 1 << 18,
                       .connection_window = 1 << 19,
                       .max_bidirectional = 10,
                       .max_unidirectional = 10,
                       .low_water = 1 << 16,
                       .max_connections = 1000,
                       .retry_above = 20,
                       .max_handshakes = 100,
                       .address_rate = 1000,
                       .address_burst = 1000,
                       .ack_every = 2,
                       .cpu = -1};
  ccq_context *context = NULL;
  if (getrandom(config.secret, sizeof config.secret, 0) < 0 || ccq_open(&config, &context) != 0) {
    exit(70);
  }
  return context;
}

static void submit(ccq_context *context, uint32_t op, uint64_t connection, int64_t stream, uint32_t flags, uint64_t value, ccq_slab *slab, uint32_t length) {
  ccq_command command = {
    .op = op, .flags = flags, .connection = connection, .stream = stream, .value = value, .slab = slab, .length = length};
  ccq_submit(context, &command, 1);
}

static ccq_slab *filled(size_t size) {
  ccq_slab *slab = ccq_slab_new(size);
  memset(ccq_slab_data(slab), 7, size);
  return slab;
}

/* What either side does when it is told something: mostly at random. */
static void react(ccq_context *context, const ccq_event *event, int *connected, int *closed) {
  int chance = rand() % 10;
  switch (event->type) {
  case CCQ_CONNECTED:
    ++*connected;
    submit(context, CCQ_OPEN, event->connection, rand(), rand() % 2 ? CCQ_UNI : 0, (uint64_t)(rand() % 3), NULL, 0);
    submit(context, CCQ_DATAGRAM, event->connection, -1, 0, 0, filled(900), 900);
    break;
  case CCQ_CLOSED:
    ++*closed;
    break;
  case CCQ_OPENED:
    submit(context, CCQ_WRITE, event->connection, event->stream, CCQ_NOTIFY, 0, filled(50000), 50000);
    if (chance < 2) {
      submit(context, CCQ_RESET, event->connection, event->stream, 0, 5, NULL, 0);
    } else if (chance < 8) {
      submit(context, CCQ_WRITE, event->connection, event->stream, CCQ_FIN, 0, NULL, 0);
    }
    submit(context, CCQ_OPEN, event->connection, rand(), rand() % 2 ? CCQ_UNI : 0, 0, NULL, 0);
    break;
  case CCQ_PEER_OPENED:
    if (chance < 2) {
      submit(context, CCQ_STOP, event->connection, event->stream, 0, 6, NULL, 0);
    }
    if (!(event->stream & 2)) {
      submit(context, CCQ_WRITE, event->connection, event->stream, CCQ_FIN, 0, filled(1000), 1000);
    }
    break;
  case CCQ_DATA:
    submit(context, CCQ_CONSUME, event->connection, event->stream, 0, event->length, NULL, 0);
    break;
  case CCQ_STREAM_CLOSED:
    submit(context, CCQ_RELEASE, event->connection, event->stream, 0, 0, NULL, 0);
    if (chance == 0) {
      submit(context, CCQ_UPDATE_KEY, event->connection, -1, 0, 0, NULL, 0);
    } else if (chance == 1 && rand() % 20 == 0) {
      submit(context, CCQ_CLOSE, event->connection, -1, 0, 9, filled(10), 10);
    }
    break;
  }
}

static void noise(ccq_context *context, const ccq_address *to) {
  ccq_slab *slab = ccq_slab_new(sizeof *to + 1 + (size_t)(rand() % 1400));
  memcpy(ccq_slab_data(slab), to, sizeof *to);
  submit(context, CCQ_RAW, 0, -1, 0, 0, slab, 0);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "quic_stress CERTIFICATE KEY\n");
    return 64;
  }
  size_t certificate_length, key_length;
  void *certificate = load(argv[1], &certificate_length), *key = load(argv[2], &key_length);
  int error;
  ccq_identity *identity = ccq_identity_new(certificate, certificate_length, key, key_length, "stress/1", CCQ_REQUIRE_CERTIFICATE, &error);
  free(certificate);
  free(key);
  if (!identity) {
    fprintf(stderr, "%s\n", ccq_error_text(error));
    return 65;
  }
  ccq_context *sides[2] = {open_socket(), open_socket()};
  ccq_address server;
  ccq_serve(sides[0], identity);
  ccq_local(sides[0], &server);
  for (int i = 0; i < CONNECTIONS; i++) {
    ccq_connect(sides[1], &server, identity, "stress");
  }
  int connected = 0, closed = 0;
  static ccq_event events[EVENTS];
  for (int round = 0; round < ROUNDS; round++) {
    for (int side = 0; side < 2; side++) {
      int count = ccq_poll(sides[side], events, EVENTS, 5);
      for (int i = 0; i < count; i++) {
        react(sides[side], &events[i], &connected, &closed);
        ccq_slab_release(events[i].slab);
      }
    }
    noise(sides[1], &server);
  }
  ccq_connect(sides[1], &server, identity, "too late"); /* in the queue when the end comes */
  ccq_identity_release(identity);
  for (int side = 0; side < 2; side++) {
    ccq_stats stats;
    ccq_get_stats(sides[side], &stats);
    printf("packets %lu sent, %lu received; %lu bad, %lu stray, %lu retries\n", stats.sent_packets, stats.received_packets, stats.bad_packets,
           stats.stray_packets, stats.retries_sent);
    ccq_stop(sides[side]);
    ccq_free(sides[side]);
  }
  printf("%d ends connected, %d closed, %ld slabs left\n", connected, closed, (long)ccq_slabs());
  return connected == 2 * CONNECTIONS && ccq_slabs() == 0 ? 0 : 1;
}
