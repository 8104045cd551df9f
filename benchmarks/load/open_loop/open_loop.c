/*
 * Open-loop HTTP load: requests are due by a Poisson process, whatever became of the earlier ones, and latency counts from
 * when each was due. One thread in a busy loop: give it a CPU of its own. Linux only. load/open-loop.ts builds and runs it.
 *
 * Requests take the connection that has been idle longest; one that finds none idle waits, and that wait counts.
 * All times are microseconds of CLOCK_MONOTONIC. What is due before the end of the warm-up is sent and not counted.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "arrivals.h"
#include "reply.h"
#include "request.h"
#include "times.h"

#define RECONNECT_AFTER (10e-3 * SECOND) /* of a connection that was refused */
#define MOST_EVENTS 256

enum state { CLOSED, CONNECTING, IDLE, BUSY };

struct connection {
  int socket;
  enum state state;
  double changed_at; /* when it became idle, or was refused */
  double due;        /* of its request */
  size_t sent;       /* bytes of its request */
  struct reply reply;
};

struct counts {
  long due, sent, status, closed, malformed, refused_connections, reconnects;
};

static struct {
  struct sockaddr_in address;
  double seconds, warm_seconds, drain_seconds;
  int connections;
} plan;
static struct request request;
static double counted_from, counted_until;
static double idle_time; /* of the counted time: without anything to send or to read */
static struct connection *connections;
static int *idle, idle_first, idle_count, busy_count;
static int events_of;
static struct times latencies, lateness;
static struct counts counts;
static struct arrivals arrivals;

static bool is_counted(double due) { return due >= counted_from && due < counted_until; }

/* --- Connections --- */

static void become_idle(struct connection *connection) {
  connection->state = IDLE;
  connection->changed_at = now();
  idle[(idle_first + idle_count++) % plan.connections] = (int)(connection - connections);
}

static struct connection *longest_idle(void) {
  struct connection *connection = &connections[idle[idle_first]];
  idle_first = (idle_first + 1) % plan.connections;
  idle_count--;
  return connection;
}

static void forget_idle(const struct connection *connection) {
  int kept = 0;
  for (int i = 0; i < idle_count; i++) {
    int other = idle[(idle_first + i) % plan.connections];
    if (&connections[other] != connection) idle[(idle_first + kept++) % plan.connections] = other;
  }
  idle_count = kept;
}

static void refused(struct connection *connection) {
  counts.refused_connections++;
  close(connection->socket);
  connection->state = CLOSED;
  connection->changed_at = now();
}

static void dial(struct connection *connection) {
  int one = 1;
  connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connection->socket < 0) fail("socket");
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  /* Edge-triggered, so that neither direction ever needs to be asked for again. */
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
  connection->state = CONNECTING;
  if (connect(connection->socket, (struct sockaddr *)&plan.address, sizeof plan.address) && errno != EINPROGRESS) {
    refused(connection);
    return;
  }
  if (epoll_ctl(events_of, EPOLL_CTL_ADD, connection->socket, &event)) fail("epoll_ctl");
}

static void dial_again(struct connection *connection) {
  counts.reconnects++;
  close(connection->socket);
  dial(connection);
}

static void connected(struct connection *connection) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) become_idle(connection);
  else refused(connection);
}

/* Ends the request of a busy connection, as a failure of the given kind. */
static void failed(struct connection *connection, long *kind) {
  if (is_counted(connection->due)) ++*kind;
  busy_count--;
  dial_again(connection);
}

static void send_more(struct connection *connection) {
  while (connection->sent < request.length) {
    size_t left = request.length - connection->sent;
    ssize_t taken = send(connection->socket, request.bytes + connection->sent, left, MSG_NOSIGNAL);
    if (taken > 0) connection->sent += (size_t)taken;
    else if (errno == EINTR) continue;
    else return; /* full; or broken, of which reading will tell, after a reply that may lie there */
  }
}

static void send_request(struct connection *connection, double due) {
  double started = now();
  double possible = due > connection->changed_at ? due : connection->changed_at;
  connection->state = BUSY;
  connection->due = due;
  connection->sent = 0;
  begin_reply(&connection->reply);
  busy_count++;
  if (is_counted(due)) {
    counts.sent++;
    keep(&lateness, started - possible);
  }
  send_more(connection);
}

/* --- Replies --- */

static void answered(struct connection *connection) {
  bool is_good = connection->reply.status >= 200 && connection->reply.status < 300;
  if (is_counted(connection->due)) {
    if (is_good) keep(&latencies, now() - connection->due);
    else counts.status++;
  }
  busy_count--;
  /* A server may refuse a body that it has not read: what is left of it cannot be followed by a request. */
  if (connection->reply.close_after || connection->sent < request.length) dial_again(connection);
  else become_idle(connection);
}

static void ended_by_server(struct connection *connection) {
  if (connection->state == IDLE) {
    forget_idle(connection);
    dial_again(connection);
  } else if (connection->reply.part == UNTIL_CLOSE) {
    answered(connection);
  } else {
    failed(connection, &counts.closed);
  }
}

static void receive(struct connection *connection) {
  static char bytes[256 * 1024];
  for (;;) {
    ssize_t count = recv(connection->socket, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0 || connection->state == IDLE) return ended_by_server(connection);
    read_reply(&connection->reply, bytes, (size_t)count);
    if (connection->reply.part == MALFORMED) return failed(connection, &counts.malformed);
    if (connection->reply.part == WHOLE) return answered(connection);
  }
}

static void handle(const struct epoll_event *event) {
  struct connection *connection = event->data.ptr;
  if (connection->state == CONNECTING) connected(connection);
  if (connection->state == BUSY && event->events & EPOLLOUT) send_more(connection);
  bool is_readable = event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR);
  if (is_readable && (connection->state == IDLE || connection->state == BUSY)) receive(connection);
  /* The end may have come together with the reply, and is not told again. */
  if (event->events & EPOLLRDHUP && connection->state == IDLE) receive(connection);
}

/* --- The load --- */

/* @return how many there were */
static int handle_events(void) {
  struct epoll_event events[MOST_EVENTS];
  int count = epoll_wait(events_of, events, MOST_EVENTS, 0);
  for (int i = 0; i < count; i++) handle(&events[i]);
  return count;
}

static void dial_closed(double time) {
  for (int i = 0; i < plan.connections; i++) {
    struct connection *connection = &connections[i];
    if (connection->state == CLOSED && time > connection->changed_at + RECONNECT_AFTER) dial(connection);
  }
}

/* Arrivals need no queue: while all connections are busy, the next one simply stays in the past. */
static double run(double start) {
  double due = start + next_gap(&arrivals);
  double look_for_closed = start;
  for (;;) {
    double time = now();
    bool had_work = false;
    while (due <= time && due < counted_until && idle_count > 0) {
      if (is_counted(due)) counts.due++;
      send_request(longest_idle(), due);
      due += next_gap(&arrivals);
      had_work = true;
    }
    if (due >= counted_until && busy_count == 0 && time >= counted_until) return due;
    if (time >= counted_until + plan.drain_seconds * SECOND) return due;
    if (time >= look_for_closed) {
      dial_closed(time);
      look_for_closed = time + RECONNECT_AFTER;
    }
    if (handle_events() == 0 && !had_work && is_counted(time)) idle_time += now() - time;
  }
}

static void count_unsent(double due) {
  for (; due < counted_until; due += next_gap(&arrivals)) {
    if (is_counted(due)) counts.due++;
  }
}

static void open_connections(void) {
  double give_up = now() + 2 * SECOND;
  for (int i = 0; i < plan.connections; i++) dial(&connections[i]);
  while (idle_count < plan.connections && now() < give_up) {
    dial_closed(now());
    handle_events();
  }
  if (idle_count == 0) {
    fprintf(stderr, "nobody accepts connections\n");
    exit(1);
  }
  counts.refused_connections = counts.reconnects = 0;
}

/* --- Before and after --- */

static void print_result(void) {
  sort(&latencies);
  sort(&lateness);
  printf("RESULT {\"due\":%ld,\"sent\":%ld,\"answered\":%zu", counts.due, counts.sent, latencies.count);
  printf(",\"status\":%ld,\"closed\":%ld,\"malformed\":%ld", counts.status, counts.closed, counts.malformed);
  printf(",\"refusedConnections\":%ld,\"reconnects\":%ld", counts.refused_connections, counts.reconnects);
  print_percentile("p50Us", &latencies, counts.due, 0.5);
  print_percentile("p99Us", &latencies, counts.due, 0.99);
  print_percentile("p999Us", &latencies, counts.due, 0.999);
  print_percentile("maxUs", &latencies, counts.due, 1);
  print_percentile("lateP99Us", &lateness, (long)lateness.count, 0.99);
  printf(",\"busyShare\":%.4f}\n", 1 - idle_time / (counted_until - counted_from));
}

int main(int count, char **words) {
  if (count < 10) {
    fprintf(stderr, "usage: open_loop PORT PATH BODY_FILE RATE SECONDS WARM_SECONDS DRAIN_SECONDS SEED CONNECTIONS [HEADER...]\n");
    return 2;
  }
  plan.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  plan.address.sin_port = htons((uint16_t)atoi(words[1]));
  plan.seconds = atof(words[5]);
  plan.warm_seconds = atof(words[6]);
  plan.drain_seconds = atof(words[7]);
  arrivals = (struct arrivals){.rate = atof(words[4]), .seed = strtoull(words[8], NULL, 10)};
  plan.connections = atoi(words[9]);
  request = make_request((struct request_parts){
      .port = atoi(words[1]), .path = words[2], .body_file = words[3], .headers = words + 10, .header_count = count - 10});
  events_of = epoll_create1(0);
  connections = calloc((size_t)plan.connections, sizeof *connections);
  idle = calloc((size_t)plan.connections, sizeof *idle);
  if (connections == NULL || idle == NULL) fail("memory");
  open_connections();
  double start = now();
  counted_from = start + plan.warm_seconds * SECOND;
  counted_until = counted_from + plan.seconds * SECOND;
  count_unsent(run(start));
  print_result();
  return 0;
}
