// An Internet Gateway Device behind a C ABI of plain types: libminiupnpc's structures stay on this side, where the compiler knows them.
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
#define ADDRESS_BYTES 64
#define TTL 2
#define CONNECTED 1

struct igd {
  struct UPNPUrls urls;
  struct IGDdatas data;
  char lan[ADDRESS_BYTES];
};

// Looks for a connected gateway for at most `wait_ms` and then a few HTTP timeouts. Null: there is none.
EXPORT struct igd *ccigd_find(int wait_ms) {
  int error = 0;
  struct UPNPDev *devices = upnpDiscover(wait_ms, NULL, NULL, UPNP_LOCAL_PORT_ANY, 0, TTL, &error);
  if (!devices) return NULL;
  struct igd *igd = calloc(1, sizeof *igd);
  int found = igd ? UPNP_GetValidIGD(devices, &igd->urls, &igd->data, igd->lan, sizeof igd->lan) : 0;
  freeUPNPDevlist(devices);
  if (found == CONNECTED) return igd;
  if (found) FreeUPNPUrls(&igd->urls);
  free(igd);
  return NULL;
}

// This host's address as the gateway knows it; lives as long as the gateway.
EXPORT const char *ccigd_lan(const struct igd *igd) { return igd->lan; }

// The gateway's address outside into `address` of 64 bytes; 0: done, else an error of UPnP.
EXPORT int ccigd_outside(const struct igd *igd, char *address) {
  return UPNP_GetExternalIPAddress(igd->urls.controlURL, igd->data.first.servicetype, address);
}

// Maps the outside port to the same port here; 0: done, else an error of UPnP.
EXPORT int ccigd_map(const struct igd *igd, int is_udp, int outside, int inside, const char *description, int seconds) {
  char out[8], in[8], lease[16];
  snprintf(out, sizeof out, "%d", outside);
  snprintf(in, sizeof in, "%d", inside);
  snprintf(lease, sizeof lease, "%d", seconds);
  return UPNP_AddPortMapping(igd->urls.controlURL, igd->data.first.servicetype, out, in, igd->lan, description, is_udp ? "UDP" : "TCP", NULL, lease);
}

EXPORT int ccigd_unmap(const struct igd *igd, int is_udp, int outside) {
  char out[8];
  snprintf(out, sizeof out, "%d", outside);
  return UPNP_DeletePortMapping(igd->urls.controlURL, igd->data.first.servicetype, out, is_udp ? "UDP" : "TCP", NULL);
}

EXPORT void ccigd_free(struct igd *igd) {
  FreeUPNPUrls(&igd->urls);
  free(igd);
}
