// A closed loop of one gRPC call over and over: every connection has one call under way. The message goes out as the
// bytes of a file, and replies are not parsed, so that the generator costs as little as it can.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// octets sends messages as they are and drops those that come.
type octets struct{}

func (octets) Name() string { return "proto" }

func (octets) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (octets) Unmarshal([]byte, any) error { return nil }

// tally is what one connection has seen.
type tally struct {
	latencies []time.Duration
	failed    int
	failure   error
}

func main() {
	address := flag.String("address", "", "host:port")
	method := flag.String("method", "", "/package.Service/Method")
	file := flag.String("message", "", "file with the serialized request")
	connections := flag.Int("connections", 1, "connections, each with one call under way")
	duration := flag.Duration("duration", time.Second, "how long")
	flag.Parse()
	message, err := os.ReadFile(*file)
	exitOn(err)

	tallies := make([]tally, *connections)
	var ready, done sync.WaitGroup
	start := make(chan time.Time)
	for i := range tallies {
		connection, err := grpc.NewClient(*address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		exitOn(err)
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			connection.Connect()
			tallies[i].call(connection, *method, message)
			tallies[i] = tally{}
			ready.Done()
			<-start
			for end := time.Now().Add(*duration); time.Now().Before(end); {
				tallies[i].call(connection, *method, message)
			}
		}()
	}
	ready.Wait()
	begun := time.Now()
	close(start)
	done.Wait()
	report(tallies, time.Since(begun))
}

func (seen *tally) call(connection *grpc.ClientConn, method string, message []byte) {
	sent := time.Now()
	err := connection.Invoke(context.Background(), method, &message, nil, grpc.ForceCodec(octets{}))
	if err != nil {
		seen.failed++
		seen.failure = err
		return
	}
	seen.latencies = append(seen.latencies, time.Since(sent))
}

func report(tallies []tally, took time.Duration) {
	var latencies []time.Duration
	failed := 0
	for _, seen := range tallies {
		latencies = append(latencies, seen.latencies...)
		failed += seen.failed
		if seen.failure != nil {
			fmt.Fprintln(os.Stderr, seen.failure)
		}
	}
	sort.Slice(latencies, func(a, b int) bool { return latencies[a] < latencies[b] })
	fmt.Printf("RESULT {\"requests\":%d,\"durationUs\":%d,\"failed\":%d,\"p50Us\":%d,\"p99Us\":%d}\n",
		len(latencies), took.Microseconds(), failed, percentile(latencies, 50), percentile(latencies, 99))
}

func percentile(sorted []time.Duration, share int) int64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*share/100)].Microseconds()
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
