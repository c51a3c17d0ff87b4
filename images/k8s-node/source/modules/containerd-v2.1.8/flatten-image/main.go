// Command flatten-image unpacks the layers of an image in containerd's content store into one folder, each over those below. The native
// snapshotter, which needs no overlay either, begins each layer with a copy of all below.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

const usage = `flatten-image STORE TYPE DIGEST [FOLDER]
Prints the digest of the configuration and the chain ID of an image for this platform, and unpacks it into FOLDER.
STORE is the folder of the content store, TYPE and DIGEST are those that 'ctr images ls' prints.`

func main() {
	log.SetFlags(0)
	if len(os.Args) < 4 || len(os.Args) > 5 {
		log.Fatal(usage)
	}
	folder := ""
	if len(os.Args) == 5 {
		folder = os.Args[4]
	}
	if err := run(context.Background(), os.Args[1], os.Args[2], digest.Digest(os.Args[3]), folder); err != nil {
		log.Fatalf("%s: %v", os.Args[3], err)
	}
}

func run(ctx context.Context, root, mediaType string, target digest.Digest, folder string) error {
	store, err := local.NewStore(root)
	if err != nil {
		return err
	}
	info, err := store.Info(ctx, target)
	if err != nil {
		return err
	}
	manifest, err := images.Manifest(ctx, store, v1.Descriptor{MediaType: mediaType, Digest: target, Size: info.Size}, platforms.DefaultStrict())
	if err != nil {
		return err
	}
	diffIDs, err := images.RootFS(ctx, store, manifest.Config)
	if err != nil {
		return err
	}
	if len(diffIDs) != len(manifest.Layers) {
		return fmt.Errorf("%d layers, and the configuration tells of %d", len(manifest.Layers), len(diffIDs))
	}
	if folder != "" {
		for at, layer := range manifest.Layers {
			if err := apply(ctx, store, layer, diffIDs[at], folder); err != nil {
				return fmt.Errorf("layer %s: %w", layer.Digest, err)
			}
		}
	}
	fmt.Println(manifest.Config.Digest, identity.ChainID(diffIDs))
	return nil
}

func apply(ctx context.Context, store content.Store, layer v1.Descriptor, diffID digest.Digest, folder string) error {
	blob, err := store.ReaderAt(ctx, layer)
	if err != nil {
		return err
	}
	defer blob.Close()
	plain, err := compression.DecompressStream(content.NewReader(blob))
	if err != nil {
		return err
	}
	defer plain.Close()
	digester := digest.Canonical.Digester()
	read := io.TeeReader(plain, digester.Hash())
	if _, err := archive.Apply(ctx, folder, read); err != nil {
		return err
	}
	// A tar goes on after its last entry.
	if _, err := io.Copy(io.Discard, read); err != nil {
		return err
	}
	if found := digester.Digest(); found != diffID {
		return fmt.Errorf("its content is %s, not %s", found, diffID)
	}
	return nil
}
