// Command archive writes the OCI layout of an image with one layer, named so that `ctr images import` finds the name.
package main

import (
	"flag"
	"log"
	"runtime"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func main() {
	log.SetFlags(0)
	name := flag.String("name", "", "full name of the image")
	layerFile := flag.String("layer", "", "the layer, a tar compressed with zstd")
	folder := flag.String("layout", "", "folder to write the OCI layout to")
	entrypoint := flag.String("entrypoint", "", "words separated by spaces")
	user := flag.String("user", "", "uid:gid of the process")
	path := flag.String("path", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PATH of the process")
	flag.Parse()

	image, err := build(*layerFile, v1.Config{
		Entrypoint: strings.Fields(*entrypoint),
		User:       *user,
		Env:        []string{"PATH=" + *path},
		WorkingDir: "/",
	})
	if err == nil {
		err = write(image, *name, *folder)
	}
	if err != nil {
		log.Fatalf("archive %s: %v", *name, err)
	}
}

func build(layerFile string, config v1.Config) (v1.Image, error) {
	layer, err := tarball.LayerFromFile(layerFile, tarball.WithMediaType(types.OCILayerZStd))
	if err != nil {
		return nil, err
	}
	// An empty image has Docker's media types, which do not go with a zstd layer.
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	base, err = mutate.ConfigFile(base, &v1.ConfigFile{
		Architecture: runtime.GOARCH,
		OS:           runtime.GOOS,
		Created:      v1.Time{Time: time.Unix(0, 0).UTC()},
		Config:       config,
		RootFS:       v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Append(base, mutate.Addendum{Layer: layer, MediaType: types.OCILayerZStd})
}

func write(image v1.Image, name, folder string) error {
	target, err := layout.Write(folder, empty.Index)
	if err != nil {
		return err
	}
	return target.AppendImage(image,
		layout.WithPlatform(v1.Platform{OS: runtime.GOOS, Architecture: runtime.GOARCH}),
		layout.WithAnnotations(map[string]string{
			"io.containerd.image.name":          name,
			"org.opencontainers.image.ref.name": name[strings.LastIndex(name, ":")+1:],
		}))
}
