// Command pulumi-resource-aws serves Pulumi's AWS provider from HashiCorp's Terraform AWS
// provider, for machines that cannot download the official plugin. It is for trial and test,
// not for production.
//
// Its rule: a program written against the Go SDK of pulumi-aws sees the tokens, property names
// and property shapes that the SDK declares.
//
// The engine starts it like any plugin. Started by hand, without arguments, it prints the port
// that it listens on, and serves every engine that names the port in
// PULUMI_DEBUG_PROVIDERS=aws:PORT. Engines that share one process share its configuration too:
// they must all configure the provider alike.
//
// What the official plugin does besides and this one does not: custom timeouts, the old s3.Bucket
// (BucketV2 is there) and other tokens that the SDK keeps as aliases only, write-only
// properties, the function quicksight.getAnalysis, and the package schema, which code generators
// read.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/tfprovider"
)

//go:generate go run ./generate

func main() {
	if err := serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-aws:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	path, err := tfprovider.Locate()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server, err := tfprovider.Start(path, filepath.Dir(self))
	if err != nil {
		return err
	}
	defer server.Stop()
	provider, err := providerInfo(ctx, server)
	if err != nil {
		return err
	}
	return serveHalfway(ctx, provider)
}
