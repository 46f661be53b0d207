/* Open addressing with linear probing and backward-shift deletion: no tombstones, so it stays quick under churn. */
#include "internal.h"

#include <stdlib.h>

static size_t home(const ccq_table *table, uint64_t key) {
  key *= 0x9E3779B97F4A7C15ull;
  return (key ^ (key >> 32)) & (table->capacity - 1);
}

static ccq_slot *find(const ccq_table *table, uint64_t key) {
  size_t i = home(table, key);
  while (table->slots[i].key && table->slots[i].key != key) {
    i = (i + 1) & (table->capacity - 1);
  }
  return &table->slots[i];
}

void *ccq_table_get(const ccq_table *table, uint64_t key) {
  return table->capacity && key ? find(table, key)->value : NULL;
}

static bool grow(ccq_table *table) {
  ccq_table larger = {.capacity = table->capacity ? table->capacity * 2 : 8};
  larger.slots = calloc(larger.capacity, sizeof *larger.slots);
  if (!larger.slots) {
    return false;
  }
  for (size_t i = 0; i < table->capacity; i++) {
    if (table->slots[i].key) {
      *find(&larger, table->slots[i].key) = table->slots[i];
    }
  }
  larger.count = table->count;
  free(table->slots);
  *table = larger;
  return true;
}

bool ccq_table_put(ccq_table *table, uint64_t key, void *value) {
  if ((table->count + 1) * 2 > table->capacity && !grow(table)) {
    return false;
  }
  ccq_slot *slot = find(table, key);
  table->count += !slot->key;
  *slot = (ccq_slot){key, value};
  return true;
}

void ccq_table_remove(ccq_table *table, uint64_t key) {
  if (!table->capacity || !key) {
    return;
  }
  size_t mask = table->capacity - 1;
  size_t hole = (size_t)(find(table, key) - table->slots);
  if (!table->slots[hole].key) {
    return;
  }
  table->count--;
  for (size_t i = (hole + 1) & mask; table->slots[i].key; i = (i + 1) & mask) {
    /* An entry may move into the hole unless its home lies behind the hole. */
    if (((i - home(table, table->slots[i].key)) & mask) >= ((i - hole) & mask)) {
      table->slots[hole] = table->slots[i];
      hole = i;
    }
  }
  table->slots[hole] = (ccq_slot){0, NULL};
}

void ccq_table_free(ccq_table *table) {
  free(table->slots);
  *table = (ccq_table){0};
}
