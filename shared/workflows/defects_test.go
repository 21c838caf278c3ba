package workflows

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// defect is a change for the worse: in file, before becomes after. With an
// empty before, the file is deleted.
type defect struct {
	name, rule    string
	file          string
	before, after string
	// says is part of what the first finding must say.
	says string
}

const (
	attestCommit   = "actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2"
	checkoutCommit = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
	estateIf       = "    needs: [affected, check]\n    if: github.event.pull_request.head.repo.full_name == github.repository\n"
	previewRole    = "role/ringfence-${{ matrix.environment }}-preview"
	driftRole      = "role/ringfence-${{ matrix.environment }}-drift"
	readsContents  = "    permissions:\n      contents: read\n"
)

var defects = []defect{
	{name: "a stack waits for too little", rule: "deploy-order", file: "workflows/deploy-environment.yml",
		before: "needs: [plan, security, data]", after: "needs: [plan, security]", says: "needs: [data, security]"},
	{name: "a stack waits for too much", rule: "deploy-order", file: "workflows/deploy-environment.yml",
		before: "needs: [plan, network]\n", after: "needs: [plan, network, data]\n"},
	{name: "a stack is not deployed", rule: "deploy-order", file: "workflows/deploy-environment.yml",
		before: "  audit:\n", after: "  other:\n", says: "no job deploys stack audit"},
	{name: "no push is deployed", rule: "deploy-order", file: "workflows/deploy.yml",
		before: "  push:\n    branches: [main]\n", after: "  workflow_dispatch:\n", says: "no push"},
	{name: "every branch is deployed", rule: "deploy-order", file: "workflows/deploy.yml",
		before: "branches: [main]", after: "branches: [main, \"feature/*\"]"},
	{name: "a job deploys another stack", rule: "deploy-order", file: "workflows/deploy-environment.yml",
		before: "stack: data\n", after: "stack: audit\n", says: "deploys stack audit"},
	{name: "a stack is deployed when another one changes", rule: "deploy-order", file: "workflows/deploy-environment.yml",
		before: "outputs.stacks), 'audit')", after: "outputs.stacks), 'data')", says: "when the plan changes stack data"},
	{name: "a deployment can be cancelled", rule: "deploy-queue", file: "workflows/deploy.yml",
		before: "cancel-in-progress: false", after: "cancel-in-progress: true"},
	{name: "nothing says whether a deployment can be cancelled", rule: "deploy-queue", file: "workflows/deploy.yml",
		before: "  cancel-in-progress: false\n", after: ""},
	{name: "a newer deployment takes the place of one that waits", rule: "deploy-queue", file: "workflows/deploy.yml",
		before: "queue: max", after: "queue: single"},
	{name: "deployments of two commits run side by side", rule: "deploy-queue", file: "workflows/deploy.yml",
		before: "group: deploy\n", after: "group: deploy-${{ github.sha }}\n"},
	{name: "deployments run side by side", rule: "deploy-queue", file: "workflows/deploy.yml",
		before: "concurrency:\n  group: deploy\n  cancel-in-progress: false\n  queue: max\n", after: ""},
	{name: "the deployment of a stack can be cancelled", rule: "deploy-queue", file: "workflows/deploy-stack.yml",
		before: "    timeout-minutes: 60\n", after: "    timeout-minutes: 60\n    concurrency: { group: x, cancel-in-progress: true }\n"},
	{name: "a stack is deployed after a failure", rule: "deploy-stops", file: "workflows/deploy-environment.yml",
		before: "!cancelled() && !failure() && contains(fromJSON(needs.plan.outputs.stacks), 'audit')", after: "always()"},
	{name: "a stack is deployed after a failure, if nobody cancels", rule: "deploy-stops", file: "workflows/deploy-environment.yml",
		before: "!failure() && contains(fromJSON(needs.plan.outputs.stacks), 'audit')", after: "contains(fromJSON(needs.plan.outputs.stacks), 'audit')"},
	{name: "a stack is deployed after a failure, through the back door", rule: "deploy-stops", file: "workflows/deploy-environment.yml",
		before: "contains(fromJSON(needs.plan.outputs.stacks), 'audit')", after: "contains(fromJSON(needs.plan.outputs.stacks), 'audit') || true"},
	{name: "a half deployed estate is reported on", rule: "deploy-stops", file: "workflows/deploy-environment.yml",
		before: "    if: ${{ !cancelled() && !failure() }}\n", after: "    if: ${{ !cancelled() }}\n", says: "job evidence"},
	{name: "a failed deployment passes", rule: "deploy-stops", file: "workflows/deploy-stack.yml",
		before: "      - name: Deploy what was planned\n", after: "      - name: Deploy what was planned\n        continue-on-error: true\n"},

	{name: "all jobs get a permission", rule: "no-permissions-by-default", file: "workflows/ci.yml",
		before: "permissions: {}\n\n", after: "permissions:\n  contents: read\n\n"},
	{name: "the workflow states no permissions", rule: "no-permissions-by-default", file: "workflows/nightly.yml",
		before: "permissions: {}\n\n", after: ""},
	{name: "a job states no permissions", rule: "no-permissions-by-default", file: "workflows/release.yml",
		before: readsContents, after: "", says: "job sbom"},
	{name: "a job may write to the repository", rule: "least-permissions", file: "workflows/preview.yml",
		before: "      pull-requests: write", after: "      contents: write\n      pull-requests: write"},
	{name: "a job may do everything", rule: "least-permissions", file: "workflows/nightly.yml",
		before: "    timeout-minutes: 90\n" + readsContents, after: "    timeout-minutes: 90\n    permissions: read-all\n"},
	{name: "a job has a permission nothing needs", rule: "least-permissions", file: "workflows/drift.yml",
		before: "      issues: write", after: "      packages: read\n      issues: write"},
	{name: "a job can identify itself to AWS and has no reason to", rule: "least-permissions", file: "workflows/nightly.yml",
		before: readsContents, after: readsContents + "      id-token: write\n"},
	{name: "a deployment may attest", rule: "least-permissions", file: "workflows/deploy-environment.yml",
		before: "      id-token: write # for the deploy role\n", after: "      id-token: write\n      attestations: write\n", says: "job network: has permission attestations: write"},
	{name: "a job may attest and does not", rule: "least-permissions", file: "workflows/deploy-environment.yml",
		before: attestCommit, after: "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5", says: "job attest: has permission id-token: write"},
	{name: "a job that attests takes a role in AWS", rule: "least-permissions", file: "workflows/deploy-environment.yml",
		before: "      - uses: " + attestCommit, after: "      - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3\n        with: { role-to-assume: x, aws-region: y }\n      - uses: " + attestCommit, says: "without credentials of AWS"},
	{name: "a job that attests may write more", rule: "least-permissions", file: "workflows/deploy-environment.yml",
		before: "      attestations: write", after: "      packages: write\n      attestations: write", says: "job attest: has permission id-token: write"},
	{name: "a workflow that does not deploy attests", rule: "least-permissions", file: "workflows/drift.yml",
		before: "      issues: write # for the issues\n    steps:\n", after: "      issues: write\n      attestations: write\n    steps:\n      - uses: " + attestCommit + "\n", says: "in a workflow that deploys"},
	{name: "a job that attests checks out", rule: "writers-run-no-code", file: "workflows/deploy-environment.yml",
		before: "      - uses: actions/download-artifact", after: "      - uses: " + checkoutCommit + "\n        with: { persist-credentials: false }\n      - uses: actions/download-artifact", says: "may write attestations"},
	{name: "a job that writes checks out", rule: "writers-run-no-code", file: "workflows/release.yml",
		before: "      - uses: actions/download-artifact", after: "      - uses: " + checkoutCommit + "\n        with: { persist-credentials: false }\n      - uses: actions/download-artifact"},
	{name: "a job that writes runs an action of the repository", rule: "writers-run-no-code", file: "workflows/preview.yml",
		before: "      - uses: actions/download-artifact", after: "      - uses: ./.github/actions/setup\n      - uses: actions/download-artifact"},
	{name: "a job that writes fetches code", rule: "writers-run-no-code", file: "workflows/drift.yml",
		before: "          issues=repos", after: "          gh repo clone x\n          issues=repos"},
	{name: "an action is pinned by its tag", rule: "pinned-actions", file: "actions/setup/action.yml",
		before: "setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e", after: "setup-go@v7"},
	{name: "an action is pinned by a short commit", rule: "pinned-actions", file: "workflows/ci.yml",
		before: checkoutCommit, after: "actions/checkout@3d3c42e # v7.0.1"},
	{name: "an action does not say its version", rule: "pinned-actions", file: "workflows/ci.yml",
		before: checkoutCommit, after: strings.TrimSuffix(checkoutCommit, " # v7.0.1"), says: "does not say its version"},
	{name: "a reusable workflow comes from elsewhere", rule: "pinned-actions", file: "workflows/nightly.yml",
		before: "jobs:\n", after: "jobs:\n  foreign:\n    permissions: {}\n    uses: somebody/else/.github/workflows/x.yml@main\n"},
	{name: "a container is pinned by its tag", rule: "pinned-actions", file: "workflows/nightly.yml",
		before: "      - uses: ./.github/actions/setup\n", after: "      - uses: docker://alpine:3\n"},
	{name: "a stranger's pull request runs with the repository's rights", rule: "trusted-triggers", file: "workflows/preview.yml",
		before: "  pull_request:\n", after: "  pull_request:\n  pull_request_target:\n"},
	{name: "a stranger's run starts another with rights", rule: "trusted-triggers", file: "workflows/ci.yml",
		before: "  pull_request:\n", after: "  pull_request:\n  workflow_run: { workflows: [preview] }\n"},
	{name: "an access key", rule: "no-long-lived-keys", file: "workflows/deploy-stack.yml",
		before: "          STACK: ", after: "          AWS_ACCESS_KEY_ID: ${{ vars.KEY }}\n          STACK: "},
	{name: "a passphrase for all jobs", rule: "no-long-lived-keys", file: "workflows/drift.yml",
		before: "permissions: {}\n\n", after: "permissions: {}\n\nenv:\n  PULUMI_CONFIG_PASSPHRASE: ${{ secrets.PASSPHRASE }}\n\n"},
	{name: "a passphrase in a script", rule: "no-long-lived-keys", file: "workflows/drift.yml",
		before: "          shopt -s nullglob\n", after: "          export PULUMI_CONFIG_PASSPHRASE=\n"},
	{name: "an input in a script", rule: "no-expressions-in-scripts", file: "workflows/nightly.yml",
		before: `-fuzztime "$FUZZ_TIME"`, after: "-fuzztime ${{ inputs.fuzz-time }}", says: "inputs.fuzz-time"},
	{name: "an input in the script of an action", rule: "no-expressions-in-scripts", file: "actions/environment/action.yml",
		before: "environments/$NAME.yaml", after: "environments/${{ inputs.name }}.yaml"},
	{name: "a title in a script of another language", rule: "no-expressions-in-scripts", file: "workflows/drift.yml",
		before: "          pattern: drift-*\n", after: "          pattern: drift-*\n          script: log('${{ github.event.issue.title }}')\n"},
	{name: "a checkout leaves its token", rule: "checkout-forgets-token", file: "workflows/deploy-stack.yml",
		before: "        with:\n          persist-credentials: false\n", after: ""},
	{name: "a checkout is told to leave its token", rule: "checkout-forgets-token", file: "workflows/nightly.yml",
		before: "persist-credentials: false", after: "persist-credentials: true"},

	{name: "a fork gets credentials", rule: "forks-get-no-credentials", file: "workflows/preview.yml",
		before: estateIf, after: ""},
	{name: "a fork gets credentials in another case", rule: "forks-get-no-credentials", file: "workflows/preview.yml",
		before: estateIf, after: strings.Replace(estateIf, "repository\n", "repository || vars.RINGFENCE_ENVIRONMENTS\n", 1)},
	{name: "credentials are hidden in an action", rule: "forks-get-no-credentials", file: "actions/setup/action.yml",
		before: "    - shell: bash\n", after: "    - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3\n      with: { role-to-assume: x, aws-region: y }\n    - shell: bash\n"},
	{name: "a secret for the code of a pull request", rule: "no-secrets-on-pull-requests", file: "workflows/preview.yml",
		before: "          ENVIRONMENT: ${{ matrix.environment }}\n", after: "          ENVIRONMENT: ${{ matrix.environment }}\n          TOKEN: ${{ secrets.TOKEN }}\n"},
	{name: "all secrets for the code of a pull request", rule: "no-secrets-on-pull-requests", file: "workflows/ci.yml",
		before: "jobs:\n", after: "jobs:\n  deploy:\n    permissions: {}\n    uses: ./.github/workflows/release.yml\n    secrets: inherit\n"},
	{name: "a preview takes a deploy role", rule: "read-only-roles", file: "workflows/preview.yml",
		before: previewRole, after: "role/ringfence-${{ matrix.environment }}-deploy-network"},
	{name: "a drift run takes an administrator's role", rule: "read-only-roles", file: "workflows/drift.yml",
		before: driftRole, after: "role/admin"},
	{name: "the clock takes the sandbox's role for another environment", rule: "sandbox-destroys", file: "workflows/drift.yml",
		before: driftRole, after: "role/ringfence-${{ vars.RINGFENCE_SANDBOX }}-integration"},
	{name: "the janitor works on every environment", rule: "sandbox-destroys", file: "workflows/janitor.yml",
		before: "          name: ${{ vars.RINGFENCE_SANDBOX }}\n", after: "          name: dev\n", says: "environment dev"},
	{name: "the janitor takes a deploy role", rule: "read-only-roles", file: "workflows/janitor.yml",
		before: "role/ringfence-${{ vars.RINGFENCE_SANDBOX }}-integration", after: "role/ringfence-dev-deploy-data"},
	{name: "the janitor waits in no environment", rule: "sandbox-destroys", file: "workflows/janitor.yml",
		before: "    environment: ${{ vars.RINGFENCE_SANDBOX }} # whom the role trusts; it asks nobody\n", after: "", says: "does not trust"},
	{name: "a night that fails leaves the sandbox standing", rule: "sandbox-destroys", file: "workflows/nightly.yml",
		before: "      - name: Destroy\n        if: ${{ always() && steps.deploy.conclusion != 'skipped' }}\n", after: "      - name: Destroy\n", says: "stands until the janitor"},
	{name: "a night leaves the sandbox standing", rule: "sandbox-destroys", file: "workflows/nightly.yml",
		before: "        run: ./ringfence destroy --env \"$ENVIRONMENT\" --yes\n", after: "        run: ./ringfence status --env \"$ENVIRONMENT\"\n", says: "stands until the janitor"},
	{name: "a change starts the janitor", rule: "sandbox-destroys", file: "workflows/janitor.yml",
		before: "  workflow_dispatch:\n", after: "  push:\n    branches: [main]\n"},
	{name: "the night destroys an environment", rule: "sandbox-destroys", file: "workflows/nightly.yml",
		before: "      - run: ./ringfence test\n", after: "      - run: ./ringfence test\n      - run: ./ringfence destroy --env dev --yes\n"},

	{name: "vulnerabilities stop nothing", rule: "vulnerability-gate", file: "workflows/ci.yml",
		before: "    name: known vulnerabilities\n", after: "    name: known vulnerabilities\n    continue-on-error: true\n"},
	{name: "vulnerabilities are looked for by whatever is newest", rule: "vulnerability-gate", file: "workflows/ci.yml",
		before: "govulncheck@v1.9.0", after: "govulncheck@latest"},
	{name: "vulnerabilities of Python packages are looked for by whatever is newest", rule: "vulnerability-gate", file: "workflows/ci.yml",
		before: "--spec pip-audit==2.10.1 pip-audit", after: "pip-audit"},
	{name: "vulnerabilities are looked for on pushes only", rule: "vulnerability-gate", file: "workflows/ci.yml",
		before: "  pull_request:\n", after: ""},
	{name: "a release has no SBOM", rule: "release-sbom", file: "workflows/release.yml",
		before: "cyclonedx-gomod@v1.10.0 mod", after: "cyclonedx-gomod@latest mod"},
	{name: "there are no releases", rule: "release-sbom", file: "workflows/release.yml"},
	{name: "drift is looked for on Sundays", rule: "nightly-drift", file: "workflows/drift.yml",
		before: "17 3 * * *", after: "17 3 * * 0"},
	{name: "nobody hears of drift", rule: "nightly-drift", file: "workflows/drift.yml",
		before: "    needs: look\n", after: ""},
	{name: "nobody looks for drift", rule: "nightly-drift", file: "workflows/drift.yml"},
}

// apply returns the sources with the defect.
func (d defect) apply(t *testing.T, sources map[string]string) map[string]string {
	t.Helper()
	content, found := sources[d.file]
	if !found || !strings.Contains(content, d.before) {
		t.Fatalf("%s has no %q: bring the defect up to date with the workflow", d.file, d.before)
	}
	if d.before == "" {
		delete(sources, d.file)
	} else {
		sources[d.file] = strings.ReplaceAll(content, d.before, d.after)
	}
	return sources
}

// sources are the real files, by their names relative to the .github folder.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all, err := Load(github)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, w := range all {
		content, err := os.ReadFile(filepath.Join(github, filepath.FromSlash(w.File)))
		if err != nil {
			t.Fatal(err)
		}
		out[w.File] = string(content)
	}
	return out
}

func parse(t *testing.T, sources map[string]string) []Workflow {
	t.Helper()
	var out []Workflow
	for file, content := range sources {
		w, err := Parse(file, []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}
