#include <dlfcn.h>
#include <postgresql/libpq-fe.h>

// libpq is loaded with dlopen, so its functions are called through this structure. The list gives each function the type
// that libpq's header declares.
#define MARTLET_PQ_FUNCTIONS(X) \
  X(PQbackendPID) \
  X(PQcancel) \
  X(PQclear) \
  X(PQcmdTuples) \
  X(PQconnectPoll) \
  X(PQconnectStartParams) \
  X(PQconninfoFree) \
  X(PQconninfoParse) \
  X(PQconsumeInput) \
  X(PQenterPipelineMode) \
  X(PQerrorMessage) \
  X(PQexitPipelineMode) \
  X(PQfinish) \
  X(PQflush) \
  X(PQfreeCancel) \
  X(PQfreemem) \
  X(PQfformat) \
  X(PQfname) \
  X(PQftype) \
  X(PQgetCancel) \
  X(PQgetCopyData) \
  X(PQgetResult) \
  X(PQgetisnull) \
  X(PQgetlength) \
  X(PQgetvalue) \
  X(PQisBusy) \
  X(PQlibVersion) \
  X(PQnfields) \
  X(PQnotifies) \
  X(PQntuples) \
  X(PQparameterStatus) \
  X(PQpipelineSync) \
  X(PQputCopyData) \
  X(PQputCopyEnd) \
  X(PQresultErrorField) \
  X(PQresultStatus) \
  X(PQsendFlushRequest) \
  X(PQsendPrepare) \
  X(PQsendQuery) \
  X(PQsendQueryParams) \
  X(PQsendQueryPrepared) \
  X(PQserverVersion) \
  X(PQsetErrorVerbosity) \
  X(PQsetNoticeReceiver) \
  X(PQsetnonblocking) \
  X(PQsocket) \
  X(PQsslInUse) \
  X(PQstatus)

#define MARTLET_PQ_FIELD(name) __typeof__(name) *_Nonnull name;
struct martlet_pq {
  MARTLET_PQ_FUNCTIONS(MARTLET_PQ_FIELD)
};

// Finds every function in a loaded library. Returns the name of the first that is missing, or null if none is.
static inline const char *_Nullable martlet_pq_find(void *_Nonnull library, struct martlet_pq *_Nonnull functions) {
#define MARTLET_PQ_FIND(name) \
  functions->name = (__typeof__(name) *)dlsym(library, #name); \
  if (!functions->name) return #name;
  MARTLET_PQ_FUNCTIONS(MARTLET_PQ_FIND)
  return 0;
}

// The fields of an error (libpq-exec.html, PQresultErrorField): Swift does not import macros of characters.
static const int martlet_pq_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int martlet_pq_state = PG_DIAG_SQLSTATE;
static const int martlet_pq_message = PG_DIAG_MESSAGE_PRIMARY;
static const int martlet_pq_constraint = PG_DIAG_CONSTRAINT_NAME;
