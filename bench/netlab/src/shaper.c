// One direction of a link: what it loses, how long the rest takes.
#include <string.h>
#include "lab.h"

#define MS 1000000.0
#define DEFAULT_QUEUE_MS 200
#define DEFAULT_REORDER_MS 10
#define UDP 17

static uint64_t state = 1;

void seed_random(uint64_t seed) { state = seed; }

// SplitMix64 (Steele, Lea, Flood 2014).
double uniform(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

void shaper_reset(struct shaper *shaper, int64_t now) {
  memset(shaper, 0, sizeof *shaper);
  shaper->queue = (int64_t)(DEFAULT_QUEUE_MS * MS);
  shaper->reorder_by = (int64_t)(DEFAULT_REORDER_MS * MS);
  shaper->outage_until = now;
}

static bool share(double *into, double percent) {
  if (percent < 0 || percent > 100) return false;
  *into = percent / 100;
  return true;
}

bool shaper_set(struct shaper *shaper, const char *key, double value, int64_t now) {
  if (!(value >= 0) || value > 1e9) return false;
  if (!strcmp(key, "delay")) shaper->delay = (int64_t)(value * MS);
  else if (!strcmp(key, "jitter")) shaper->jitter = (int64_t)(value * MS);
  else if (!strcmp(key, "queue")) shaper->queue = (int64_t)(value * MS);
  else if (!strcmp(key, "reorderBy")) shaper->reorder_by = (int64_t)(value * MS);
  else if (!strcmp(key, "rate")) shaper->rate = value * 1e6;
  else if (!strcmp(key, "mtu")) shaper->mtu = (int)value;
  else if (!strcmp(key, "udp")) shaper->blocks_udp = value == 0;
  else if (!strcmp(key, "loss")) return share(&shaper->loss, value);
  else if (!strcmp(key, "reorder")) return share(&shaper->reorder, value);
  else if (!strcmp(key, "burst") || !strcmp(key, "burstEvery")) {
    *(key[5] ? &shaper->burst_every : &shaper->burst) = (int64_t)(value * MS);
    shaper->outage_from = shaper->outage_until = now;
  } else return false;
  return true;
}

// An outage of `burst` begins about every `burst_every`: between half and one and a half times that after the one before.
static bool is_out(struct shaper *shaper, int64_t now) {
  if (!shaper->burst || !shaper->burst_every) return false;
  while (now >= shaper->outage_until) {
    int64_t gap = (int64_t)((double)shaper->burst_every * (0.5 + uniform())) - shaper->burst;
    shaper->outage_from = shaper->outage_until + (gap > 0 ? gap : 0);
    shaper->outage_until = shaper->outage_from + shaper->burst;
  }
  return now >= shaper->outage_from;
}

static bool is_udp(const struct packet *packet) {
  return packet->bytes[0] >> 4 == 4 ? packet->bytes[9] == UDP : packet->length > 6 && packet->bytes[6] == UDP;
}

bool shaper_take(struct shaper *shaper, struct packet *packet, int64_t now) {
  if ((shaper->blocks_udp && is_udp(packet)) || (shaper->mtu && packet->length > shaper->mtu)) {
    shaper->blocked++;
    return false;
  }
  if (is_out(shaper, now)) {
    shaper->outage++;
    return false;
  }
  if (shaper->loss > 0 && uniform() < shaper->loss) {
    shaper->lost++;
    return false;
  }
  int64_t sent = now;
  if (shaper->rate > 0) {
    int64_t begin = shaper->free_at > now ? shaper->free_at : now;
    if (begin - now > shaper->queue) {
      shaper->overflowed++;
      return false;
    }
    sent = shaper->free_at = begin + (int64_t)(packet->length * 8e9 / shaper->rate);
  }
  packet->due = sent + shaper->delay;
  if (shaper->jitter) packet->due += (int64_t)((double)shaper->jitter * (2 * uniform() - 1));
  if (packet->due < sent) packet->due = sent;
  if (shaper->reorder > 0 && uniform() < shaper->reorder) {
    packet->due += shaper->reorder_by; // Those behind it overtake it.
  } else {
    if (packet->due < shaper->last_due) packet->due = shaper->last_due;
    shaper->last_due = packet->due;
  }
  shaper->passed++;
  shaper->bytes += (uint64_t)packet->length;
  return true;
}
