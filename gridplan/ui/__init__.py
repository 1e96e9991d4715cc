"""The app: pages that read state, call one public function and show what it gives."""
