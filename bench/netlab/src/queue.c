// A binary heap of the packets under way.
#include "lab.h"

#define CAPACITY 65536

static struct packet *heap[CAPACITY];
static int count;
static uint64_t puts;

static bool before(const struct packet *a, const struct packet *b) {
  return a->due != b->due ? a->due < b->due : a->order < b->order;
}

bool queue_put(struct packet *packet) {
  if (count == CAPACITY) return false;
  packet->order = puts++;
  int at = count++;
  for (; at > 0 && before(packet, heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = packet;
  return true;
}

struct packet *queue_first(void) { return count ? heap[0] : NULL; }

struct packet *queue_take(void) {
  if (!count) return NULL;
  struct packet *first = heap[0], *last = heap[--count];
  int at = 0;
  for (int child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && before(heap[child + 1], heap[child])) child++;
    if (!before(heap[child], last)) break;
    heap[at] = heap[child];
  }
  heap[at] = last;
  return first;
}
