package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"
)

func TestUnitPluginTellsTheVersionOfTheSDK(t *testing.T) {
	info, err := startPlugin(t).GetPluginInfo(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	if info.Version != "6.83.2" {
		t.Errorf("version is %s; programs ask for 6.83.2", info.Version)
	}
}

func TestUnitChildEndsWithThePlugin(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			p := startPlugin(t)
			children := childrenOf(t, p.process.Process.Pid)
			if len(children) != 1 {
				t.Fatalf("plugin has %d children, want one", len(children))
			}
			if err := p.process.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			deadline := time.Now().Add(5 * time.Second)
			for runs(children[0]) {
				if time.Now().After(deadline) {
					t.Fatalf("Terraform provider %d outlives its plugin", children[0])
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		t.Fatalf("this test reads /proc, as on Linux: %v", err)
	}
	var children []int
	for _, task := range tasks {
		list, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + task.Name() + "/children")
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range strings.Fields(string(list)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			children = append(children, child)
		}
	}
	return children
}

// runs tells whether a process is there and not a zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}
