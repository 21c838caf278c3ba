package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestEmulatorRunEndsWithItsInput(t *testing.T) {
	input, hold := io.Pipe()
	said, output := io.Pipe()
	app := &App{
		In: input, Out: output, Err: io.Discard, Root: "../../../..",
		Stacks: graph.All(), Machine: untouchable{t: t},
	}
	exit := make(chan int, 1)
	go func() {
		exit <- app.Run(t.Context(), make(chan struct{}), []string{"emulator", "run", "--json"})
		output.Close()
	}()
	var running emulator.Status
	if err := json.NewDecoder(said).Decode(&running); err != nil {
		t.Fatal(err)
	}
	if response, err := http.Get(running.Endpoint + "/moto-api/"); err != nil {
		t.Error(err)
	} else {
		response.Body.Close()
	}
	if !running.Alive() {
		t.Error("it does not run")
	}
	hold.Close()
	if status := <-exit; status != exitOK {
		t.Errorf("exit status %d", status)
	}
	if running.Alive() {
		t.Error("it goes on")
	}
}
