package network

import (
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Network{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }
