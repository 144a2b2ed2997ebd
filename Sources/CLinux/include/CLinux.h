#pragma once

#include "file_status.h"
#include "launch.h"
#include "listener.h"
#include "peer.h"
#include "pipe.h"
#include "poll.h"
#include "process.h"
#include "startup.h"
