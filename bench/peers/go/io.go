package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

const messageBytes = 64

// connectedPair is two ends of a connection within this process.
func connectedPair() (near, far net.Conn, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	ends := make([]net.Conn, 2)
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "socket")
		ends[i], err = net.FileConn(file)
		file.Close()
		if err != nil {
			return nil, nil, err
		}
	}
	return ends[0], ends[1], nil
}

// readFull fills the buffer.
func readFull(from net.Conn, bytes []byte) {
	for got := 0; got < len(bytes); {
		n, err := from.Read(bytes[got:])
		if err != nil {
			panic(err)
		}
		got += n
	}
}

func writeAll(to net.Conn, bytes []byte) {
	if _, err := to.Write(bytes); err != nil {
		panic(err)
	}
}

// echo sends n messages over connections and back, the same number over each.
func echo(connections int) func(params) (outcome, error) {
	return func(p params) (outcome, error) {
		each := p.n / connections
		right := make(chan int)
		start := time.Now()
		for i := 0; i < connections; i++ {
			near, far, err := connectedPair()
			if err != nil {
				return outcome{}, err
			}
			go func() {
				var bytes [messageBytes]byte
				for i := 0; i < each; i++ {
					readFull(far, bytes[:])
					writeAll(far, bytes[:])
				}
			}()
			go func() {
				var bytes [messageBytes]byte
				good := 0
				for i := 0; i < each; i++ {
					bytes[0] = byte(i)
					writeAll(near, bytes[:])
					bytes[0] = 0
					readFull(near, bytes[:])
					if bytes[0] == byte(i) {
						good++
					}
				}
				right <- good
			}()
		}
		sum := 0
		for i := 0; i < connections; i++ {
			sum += <-right
		}
		elapsed := time.Since(start)
		n := each * connections
		if sum != n {
			return outcome{}, fmt.Errorf("right answers: %d, expected %d", sum, n)
		}
		return outcome{n: n, elapsed: elapsed, ops: n}, nil
	}
}
