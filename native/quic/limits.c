/* Token buckets: what one address, and what everybody together, may cost this node before it has proven anything. */
#include "internal.h"

#include <string.h>

#define ANSWERS_PER_SECOND 1000
#define VALIDATED_SHARE 4 /* an address that was proven cannot be framed by a forger, so it may do more */

static bool take(ccq_bucket *bucket, uint64_t now, double rate, double burst) {
  bucket->tokens += (double)(now - bucket->at) * 1e-9 * rate;
  if (bucket->tokens > burst) {
    bucket->tokens = burst;
  }
  bucket->at = now;
  if (bucket->tokens < 1) {
    return false;
  }
  bucket->tokens -= 1;
  return true;
}

/* Whoever owns an IPv6 address owns its /64 as well. */
static uint64_t network(const ccq_sockaddr *from) {
  uint64_t key = 0;
  if (from->any.sa_family == AF_INET) {
    memcpy(&key, &from->v4.sin_addr, 4);
  } else if (IN6_IS_ADDR_V4MAPPED(&from->v6.sin6_addr)) {
    memcpy(&key, from->v6.sin6_addr.s6_addr + 12, 4);
  } else {
    memcpy(&key, from->v6.sin6_addr.s6_addr, 8);
  }
  return key;
}

bool ccq_limits_allow(ccq_context *context, const ccq_sockaddr *from, bool validated) {
  uint64_t key = network(from) * 2 + validated;
  uint64_t hash = (key ^ context->table_secret) * 0x9E3779B97F4A7C15ull;
  double rate = context->config.address_rate * (validated ? VALIDATED_SHARE : 1.0);
  double burst = context->config.address_burst * (validated ? VALIDATED_SHARE : 1.0);
  ccq_bucket *bucket = &context->buckets[(hash ^ (hash >> 32)) % CCQ_LIMIT_BUCKETS];
  if (bucket->key != key || !bucket->at) {
    *bucket = (ccq_bucket){.key = key, .at = context->now, .tokens = burst};
  }
  return take(bucket, context->now, rate, burst);
}

bool ccq_limits_answer(ccq_context *context) {
  if (take(&context->answers, context->now, ANSWERS_PER_SECOND, ANSWERS_PER_SECOND)) {
    return true;
  }
  context->stats.answers_withheld++;
  return false;
}
