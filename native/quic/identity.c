/* Certificates, ALPN and TLS sessions. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

ccq_identity *ccq_identity_new(const void *certificate, size_t certificate_length, const void *key, size_t key_length, const char *alpn,
                               uint32_t flags, int *error) {
  size_t alpn_length = strlen(alpn);
  if (!alpn_length || alpn_length >= CCQ_ALPN_BYTES) {
    *error = GNUTLS_E_INVALID_REQUEST;
    return NULL;
  }
  ccq_identity *identity = calloc(1, sizeof *identity);
  if (!identity || gnutls_certificate_allocate_credentials(&identity->credentials) < 0) {
    free(identity);
    *error = GNUTLS_E_MEMORY_ERROR;
    return NULL;
  }
  atomic_init(&identity->references, 1);
  identity->flags = flags;
  identity->alpn_length = alpn_length;
  memcpy(identity->alpn, alpn, alpn_length);
  *error = 0;
  if (certificate_length) {
    gnutls_datum_t chain = {(unsigned char *)(uintptr_t)certificate, (unsigned)certificate_length};
    gnutls_datum_t secret = {(unsigned char *)(uintptr_t)key, (unsigned)key_length};
    bool pem = memchr(certificate, '-', certificate_length < 5 ? certificate_length : 5) == certificate;
    *error = gnutls_certificate_set_x509_key_mem2(identity->credentials, &chain, &secret, pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER, NULL, 0);
  }
  if (*error < 0) {
    ccq_identity_release(identity);
    return NULL;
  }
  *error = 0;
  return identity;
}

void ccq_identity_retain(ccq_identity *identity) { atomic_fetch_add_explicit(&identity->references, 1, memory_order_relaxed); }

void ccq_identity_release(ccq_identity *identity) {
  if (identity && atomic_fetch_sub_explicit(&identity->references, 1, memory_order_acq_rel) == 1) {
    gnutls_certificate_free_credentials(identity->credentials);
    free(identity);
  }
}

const char *ccq_error_text(int error) { return gnutls_strerror(error); }

int ccq_serve(ccq_context *context, ccq_identity *identity) {
  ccq_identity *replaced = NULL;
  ccq_identity_retain(identity);
  pthread_mutex_lock(&context->serve_gate);
  size_t i = 0;
  while (i < context->served_count && (context->served[i]->alpn_length != identity->alpn_length ||
                                       memcmp(context->served[i]->alpn, identity->alpn, identity->alpn_length) != 0)) {
    i++;
  }
  int result = 0;
  if (i == CCQ_SERVED) {
    replaced = identity;
    result = -ENOSPC;
  } else {
    if (i == context->served_count) {
      context->served_count++;
    } else {
      replaced = context->served[i];
    }
    context->served[i] = identity;
  }
  pthread_mutex_unlock(&context->serve_gate);
  ccq_identity_release(replaced);
  return result;
}

/* Called when the client's wishes are known: the ALPN decides which certificate is shown and whether the client must show one. */
static int choose_identity(gnutls_session_t session) {
  ngtcp2_crypto_conn_ref *reference = gnutls_session_get_ptr(session);
  ccq_connection *connection = reference->user_data;
  ccq_context *context = connection->context;
  gnutls_datum_t alpn;
  if (gnutls_alpn_get_selected_protocol(session, &alpn) < 0) {
    return GNUTLS_E_NO_APPLICATION_PROTOCOL;
  }
  ccq_identity *chosen = NULL;
  pthread_mutex_lock(&context->serve_gate);
  for (size_t i = 0; i < context->served_count; i++) {
    if (context->served[i]->alpn_length == alpn.size && memcmp(context->served[i]->alpn, alpn.data, alpn.size) == 0) {
      chosen = context->served[i];
      ccq_identity_retain(chosen);
    }
  }
  pthread_mutex_unlock(&context->serve_gate);
  if (!chosen) {
    return GNUTLS_E_NO_APPLICATION_PROTOCOL;
  }
  ccq_identity_release(connection->identity);
  connection->identity = chosen;
  gnutls_certificate_server_set_request(session, chosen->flags & CCQ_REQUIRE_CERTIFICATE ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
  return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, chosen->credentials);
}

static gnutls_session_t session_new(ccq_connection *connection, unsigned flags) {
  gnutls_session_t session;
  if (gnutls_init(&session, flags | GNUTLS_NO_TICKETS | GNUTLS_NO_AUTO_SEND_TICKET) < 0) {
    connection->context->stats.allocation_failures++;
    return NULL;
  }
  if (gnutls_priority_set(session, connection->context->priority) < 0) {
    gnutls_deinit(session);
    return NULL;
  }
  gnutls_session_set_ptr(session, &connection->reference);
  return session;
}

gnutls_session_t ccq_session_server(ccq_connection *connection) {
  ccq_context *context = connection->context;
  gnutls_session_t session = session_new(connection, GNUTLS_SERVER);
  if (!session) {
    return NULL;
  }
  gnutls_datum_t names[CCQ_SERVED];
  pthread_mutex_lock(&context->serve_gate);
  size_t count = context->served_count;
  for (size_t i = 0; i < count; i++) {
    names[i] = (gnutls_datum_t){(unsigned char *)context->served[i]->alpn, (unsigned)context->served[i]->alpn_length};
  }
  int result = gnutls_alpn_set_protocols(session, names, (unsigned)count, GNUTLS_ALPN_MANDATORY);
  if (result >= 0 && count) {
    /* One of them must be there for the library to look at the client's wishes at all. */
    connection->identity = context->served[0];
    ccq_identity_retain(connection->identity);
  }
  pthread_mutex_unlock(&context->serve_gate);
  if (result < 0 || !count || gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, connection->identity->credentials) < 0 ||
      ngtcp2_crypto_gnutls_configure_server_session(session) != 0) {
    gnutls_deinit(session);
    return NULL;
  }
  gnutls_handshake_set_post_client_hello_function(session, choose_identity);
  return session;
}

gnutls_session_t ccq_session_client(ccq_connection *connection, const char *server_name) {
  gnutls_session_t session = session_new(connection, GNUTLS_CLIENT);
  if (!session) {
    return NULL;
  }
  ccq_identity *identity = connection->identity;
  gnutls_datum_t alpn = {(unsigned char *)identity->alpn, (unsigned)identity->alpn_length};
  if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity->credentials) < 0 ||
      gnutls_alpn_set_protocols(session, &alpn, 1, GNUTLS_ALPN_MANDATORY) < 0 ||
      (*server_name && gnutls_server_name_set(session, GNUTLS_NAME_DNS, server_name, strlen(server_name)) < 0) ||
      ngtcp2_crypto_gnutls_configure_client_session(session) != 0) {
    gnutls_deinit(session);
    return NULL;
  }
  return session;
}
