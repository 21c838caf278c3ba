# What people type most, by name. Each target is one line over ./ringfence or
# go; `./ringfence help` says more.
.DEFAULT_GOAL := help
.PHONY: help tools up destroy test lint generate mapping reference fmt bench faults scale

# Every module of the workspace, and the one that is built outside it.
MODULES  = $$(go list -m -f '{{.Dir}}/...')
STAND_IN = shared/toolchain/awsplugin
# Every package whose tests compare with golden files.
GOLDEN   = $$(go list -test -f '{{range .Deps}}{{if eq . "github.com/ringfence/ringfence/shared/golden"}}{{$$.ForTest}}{{end}}{{end}}' $(MODULES) | sort -u)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tools: ## make the tools ready: Pulumi, its AWS plugin, the stack programs
	@./ringfence tools

up: ## deploy the whole estate in an emulated AWS on this machine
	@./ringfence up

destroy: ## take it down and stop the emulator; nothing is left
	@./ringfence destroy && ./ringfence emulator stop

test: lint ## run every test, and say what each level proved
	@./ringfence test

lint: ## check the format of every Go file and vet every module (policies: ./ringfence lint)
	@test -z "$$(gofmt -l shared stacks tests | tee /dev/stderr)" && go vet $(MODULES) && cd $(STAND_IN) && GOWORK=off go vet ./...

generate: ## write generated and golden files anew; review the difference
	@for stack in network security data audit; do go test ./stacks/$$stack/... -run '^TestUnit' -update || exit; done # each reads those before it
	@go test $(GOLDEN) -run '^Test(Unit|Verdict)' -update

mapping: ## derive anew what the stand-in knows of the AWS plugin, from the Terraform provider that RINGFENCE_TF_AWS_PROVIDER names
	@cd $(STAND_IN) && GOWORK=off go generate ./...

reference: ## take AWS's Service Authorization Reference anew, in the version that shared/authorization pins
	@go run ./shared/authorization/refresh.go shared/authorization

fmt: ## format every Go file
	@gofmt -w shared stacks tests

bench: ## measure a life of the estate against Terraform, into docs/performance.md
	@go run -trimpath ./tests/benchmark -page docs/performance.md

faults: ## let 300 faults strike the command in an emulated AWS, and write what they left into docs/reliability.md (an hour or two)
	@./ringfence tools && go run ./tests/faults -write

scale: ## measure how the estate grows with its workloads and environments, into docs/performance.md
	@go run -trimpath ./tests/benchmark -scale -page docs/performance.md
	@go run -trimpath ./tests/benchmark -environments -page docs/performance.md
