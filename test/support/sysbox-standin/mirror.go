package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"
)

// mirror makes one tree the exact copy of another, like `rsync -aHX --delete`.
type mirror struct {
	firstNames map[inode]string
}

type inode struct{ device, number uint64 }

func mirrorFolder(source, target string) error {
	copying := mirror{firstNames: map[inode]string{}}
	return copying.entry(source, target)
}

func (m mirror) entry(source, target string) error {
	info, err := os.Lstat(source)
	if os.IsNotExist(err) {
		return nil // a paused container is still, but its host is not
	}
	if err != nil {
		return err
	}
	stat := info.Sys().(*syscall.Stat_t)
	key := inode{uint64(stat.Dev), stat.Ino}
	if !info.IsDir() && stat.Nlink > 1 {
		if first, seen := m.firstNames[key]; seen {
			return relink(first, target)
		}
		m.firstNames[key] = target
	}
	if old, err := os.Lstat(target); err == nil {
		if isUnchanged(info, old) {
			return nil
		}
		if !(info.IsDir() && old.IsDir()) {
			if err := os.RemoveAll(target); err != nil {
				return err
			}
		}
	}
	err = m.content(source, target, info, stat)
	if err == syscall.EPERM {
		delete(m.firstNames, key)
		return nil // an overlay takes no whiteouts of another overlay: lost under Sysbox, too
	}
	if err != nil {
		return err
	}
	return copyAttributes(source, target, info, stat)
}

func (m mirror) content(source, target string, info os.FileInfo, stat *syscall.Stat_t) error {
	switch {
	case info.IsDir():
		return m.children(source, target)
	case info.Mode().IsRegular():
		return copyFile(source, target)
	case info.Mode()&os.ModeSymlink != 0:
		destination, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return os.Symlink(destination, target)
	}
	return syscall.Mknod(target, stat.Mode, int(stat.Rdev))
}

func (m mirror) children(source, target string) error {
	if err := os.Mkdir(target, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	entries, err := os.ReadDir(source)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, entry := range entries {
		wanted[entry.Name()] = true
	}
	present, err := os.ReadDir(target)
	if err != nil {
		return err
	}
	for _, entry := range present {
		if !wanted[entry.Name()] {
			if err := os.RemoveAll(filepath.Join(target, entry.Name())); err != nil {
				return err
			}
		}
	}
	for _, entry := range entries {
		if err := m.entry(filepath.Join(source, entry.Name()), filepath.Join(target, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func isUnchanged(info, old os.FileInfo) bool {
	if !info.Mode().IsRegular() || info.Mode() != old.Mode() || info.Size() != old.Size() {
		return false
	}
	stat, oldStat := info.Sys().(*syscall.Stat_t), old.Sys().(*syscall.Stat_t)
	return info.ModTime().Equal(old.ModTime()) && stat.Uid == oldStat.Uid && stat.Gid == oldStat.Gid
}

func relink(first, target string) error {
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return os.Link(first, target)
}

func copyFile(source, target string) error {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}

// The owner goes first: changing it clears the set-user-id bit and file capabilities.
func copyAttributes(source, target string, info os.FileInfo, stat *syscall.Stat_t) error {
	if err := os.Lchown(target, int(stat.Uid), int(stat.Gid)); err != nil {
		return err
	}
	if info.Mode()&os.ModeSymlink == 0 {
		if err := syscall.Chmod(target, stat.Mode&0o7777); err != nil {
			return err
		}
		copyExtendedAttributes(source, target)
	}
	return setModificationTime(target, info.ModTime())
}

// As good as the filesystem allows: the target may know fewer of them than the source.
func copyExtendedAttributes(source, target string) {
	names := make([]byte, 64<<10)
	size, err := syscall.Listxattr(source, names)
	if err != nil {
		return
	}
	value := make([]byte, 64<<10)
	for start, at := 0, 0; at < size; at++ {
		if names[at] != 0 {
			continue
		}
		name := string(names[start:at])
		start = at + 1
		if length, err := syscall.Getxattr(source, name, value); err == nil {
			syscall.Setxattr(target, name, value[:length], 0)
		}
	}
}

func setModificationTime(path string, when time.Time) error {
	const (
		currentFolder = -100 // AT_FDCWD
		noFollow      = 0x100
	)
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		return err
	}
	moment := syscall.NsecToTimespec(when.UnixNano())
	times := [2]syscall.Timespec{moment, moment}
	folder := currentFolder
	_, _, failure := syscall.Syscall6(syscall.SYS_UTIMENSAT, uintptr(folder),
		uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&times[0])), noFollow, 0, 0)
	if failure != 0 {
		return failure
	}
	return nil
}
