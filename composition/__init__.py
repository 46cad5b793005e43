"""What app.py is composed of: the settings' readers, the process's parts, the site, the server and what it says."""
